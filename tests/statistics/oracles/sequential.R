# The boundaries of group sequential designs by rpact, and of those with up to three looks once more with the exact
# normal integrals of mvtnorm (Genz). Writes sequential.json beside it: Rscript sequential.R
library(rpact)
library(mvtnorm)
library(jsonlite)

looks <- list(
  1, c(0.5, 1), c(80 / 131, 1), c(0.1, 1), c(0.9, 1), c(1, 2, 3) / 3, c(0.5, 0.75, 1), c(0.2, 0.9, 1),
  (1:4) / 4, c(0.3, 0.31, 1), (1:5) / 5, c(0.1, 0.15, 0.5, 0.8, 1), (1:6) / 6, (1:7) / 7, (1:8) / 8,
  c(0.15, 0.3, 0.4, 0.5, 0.62, 0.7, 0.85, 1)
)
spending <- list(
  list(name = "obrien-fleming", type = "asOF", gamma = NA),
  list(name = "pocock", type = "asP", gamma = NA),
  list(name = "hsd:-4", type = "asHSD", gamma = -4),
  list(name = "hsd:-1.5", type = "asHSD", gamma = -1.5),
  list(name = "hsd:1", type = "asHSD", gamma = 1)
)

# What is spent by then, in R's own exact tails. (rpact leaves 1e-8 of the error unspent at the end, and in its tail of
# O'Brien and Fleming's function digits cancel until nothing is left below 1e-16: its bound is then infinite.)
spent_by <- function(t, alpha, how) {
  switch(how$type,
    asOF = 2 * pnorm(qnorm(alpha / 2, lower.tail = FALSE) / sqrt(t), lower.tail = FALSE),
    asP = alpha * log(1 + (exp(1) - 1) * t),
    asHSD = alpha * (1 - exp(-how$gamma * t)) / (1 - exp(-how$gamma))
  )
}

by_rpact <- function(t, alpha, how) {
  arguments <- list(
    informationRates = t, alpha = alpha, sided = 1, typeOfDesign = how$type, tolerance = 1e-10
  )
  if (!is.na(how$gamma)) arguments$gammaA <- how$gamma
  if (length(t) == 1) return(qnorm(alpha, lower.tail = FALSE))
  z <- suppressWarnings(do.call(getDesignGroupSequential, arguments))$criticalValues
  ifelse(is.finite(z), z, NA)
}

# The bounds one by one: each is where the probability of having crossed by then is what is spent by then.
by_mvtnorm <- function(t, spent) {
  z <- qnorm(spent[1], lower.tail = FALSE)
  for (k in seq_along(t)[-1]) {
    correlation <- outer(t[1:k], t[1:k], function(a, b) sqrt(pmin(a, b) / pmax(a, b)))
    below <- function(upper) {
      n <- length(upper)
      if (n == 1) return(pnorm(upper))
      pmvnorm(rep(-Inf, n), upper, corr = correlation[1:n, 1:n], algorithm = TVPACK(abseps = 1e-15))[1]
    }
    crosses_here <- function(bound) below(z) - below(c(z, bound))
    excess <- function(bound) crosses_here(bound) - (spent[k] - spent[k - 1])
    z <- c(z, uniroot(excess, c(0, 8), tol = 1e-13)$root)
  }
  z
}

designs <- list()
for (t in looks) for (how in spending) for (alpha in c(0.025, 0.05, 0.01, 0.001)) {
  spent <- spent_by(t, alpha, how)
  exact <- if (length(t) <= 3 && t[1] >= 0.3) I(by_mvtnorm(t, spent)) else NULL
  designs[[length(designs) + 1]] <- list(
    information = I(t), spend = how$name, alpha = alpha, rpact = I(by_rpact(t, alpha, how)), spent = I(spent),
    exact = exact
  )
}

# The tail of O'Brien and Fleming's spending, in logarithms.
tail <- lapply(list(c(0.05, 0.025), c(0.08, 0.025), c(0.3, 5e-8), c(0.5, 1e-17), c(0.02, 0.05)), function(one) {
  quantile <- qnorm(log(one[2] / 2), lower.tail = FALSE, log.p = TRUE) / sqrt(one[1])
  log_spent <- log(2) + pnorm(quantile, lower.tail = FALSE, log.p = TRUE)
  list(
    information = one[1], alpha = one[2], spent = exp(log_spent),
    z = qnorm(log_spent, lower.tail = FALSE, log.p = TRUE)
  )
})

json <- toJSON(list(designs = designs, tail = tail), auto_unbox = TRUE, digits = NA, null = "null", na = "null")
write(gsub("\\},\\{", "},\n{", json), "sequential.json")
