# What R's cmprsk says of two arms: Gray's statistic of each of two causes, with and without strata.
# Rscript tests/statistics/oracles/gray.R > tests/statistics/oracles/gray.json   (cmprsk 2.2-11, jsonlite)
library(cmprsk)
library(jsonlite)
set.seed(16)

trial <- function(number) {
  n <- sample(c(8, 14, 30, 80, 200), 1)
  arm <- rbinom(n, 1, 0.5)
  stratum <- sample(0:(number %% 3), n, TRUE)
  time <- switch(number %% 4 + 1,
    sample(0:9, n, TRUE), round(rexp(n, 1 / 400) * (1 + arm / 2), 2), ceiling(rexp(n, 1 / 6)), runif(n, 0, 5))
  cause <- sample(0:2, n, TRUE, prob = list(c(3, 4, 3), c(1, 5, 1), c(0.2, 1, 1), c(6, 1, 2))[[(number %/% 4) %% 4 + 1]])
  list(arm = arm, stratum = stratum, time = time, cause = cause)
}

statistic <- function(t, strata) {
  found <- tryCatch(
    cuminc(t$time, t$cause, t$arm, strata = strata, rho = 0)$Tests, error = function(e) NULL)
  sapply(c("1", "2"), function(cause) {
    # cmprsk says -1 where the statistic has no variance.
    if (is.null(found) || !cause %in% rownames(found) || found[cause, "stat"] < 0) NA else unname(found[cause, "stat"])
  })
}

trials <- lapply(1:120, trial)
cat(toJSON(lapply(trials, function(t) c(t, list(
  plain = unname(statistic(t, rep(0, length(t$time)))), stratified = unname(statistic(t, t$stratum))))),
  digits = 15, na = "null"))
