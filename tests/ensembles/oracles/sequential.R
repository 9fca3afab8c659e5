# Power, expected events and stopping of a survival trial with three looks, by rpact. Run: Rscript sequential.R > sequential.json
# z of the log-rank test of 1:1 arms has the drift |log HR| sqrt(events) / 2.
suppressMessages(library(rpact))
events <- 300
hazard_ratio <- 0.7
one <- function(type) {
  design <- getDesignGroupSequential(
    kMax = 3, alpha = 0.025, sided = 1, informationRates = c(100, 200, 300) / events, typeOfDesign = type
  )
  found <- getPowerAndAverageSampleNumber(design, theta = abs(log(hazard_ratio)) / 2, nMax = events)
  null <- getPowerAndAverageSampleNumber(design, theta = 0, nMax = events)
  list(
    power = found$overallReject, events = found$averageSampleNumber, stops = as.vector(found$rejectPerStage),
    null_power = null$overallReject, null_events = null$averageSampleNumber
  )
}
digits <- function(x) paste0("[", paste(format(x, digits = 10), collapse = ", "), "]")
designs <- list("obrien-fleming" = one("asOF"), "pocock" = one("asP"))
parts <- sapply(names(designs), function(name) {
  design <- designs[[name]]
  paste0('  "', name, '": {', paste0('"', names(design), '": ', sapply(design, digits), collapse = ", "), "}")
})
cat("{\n", paste(parts, collapse = ",\n"), "\n}\n", sep = "")
