# What R says of single arms: survival with log-log limits, medians with limits, restricted means.
# Rscript tests/statistics/oracles/survival.R > tests/statistics/oracles/survival.json   (survival 3.5-3, jsonlite)
library(survival)
library(jsonlite)
set.seed(20)

arm <- function(number) {
  n <- sample(c(1, 2, 3, 4, 6, 8, 12, 20, 30), 1)
  time <- switch(number %% 4 + 1,
    sample(0:6, n, TRUE), round(rexp(n, 1 / 400), 2), ceiling(rexp(n, 1 / 6)), seq_len(n))
  event <- rbinom(n, 1, sample(c(0.3, 0.5, 0.8, 1), 1))
  list(time = time, event = event)
}

by_r <- function(time, event) {
  fit <- survfit(Surv(time, event) ~ 1, conf.type = "log-log")
  middle <- quantile(fit, 0.5)
  longest <- max(time)
  days <- sort(unique(c(0, longest / 3, longest / 2, time, longest)))
  at <- summary(fit, times = days)
  horizons <- c(longest / 2, longest)
  means <- lapply(horizons, function(horizon) {
    if (horizon <= min(time)) return(c(NA, NA))
    unname(summary(fit, rmean = horizon)$table[c("rmean", "se(rmean)")])
  })
  list(
    time = time, event = event, days = days, survival = at$surv, lower = at$lower, upper = at$upper,
    median = unname(middle$quantile), median_lower = unname(middle$lower), median_upper = unname(middle$upper),
    horizons = horizons, means = sapply(means, `[`, 1), mean_errors = sapply(means, `[`, 2))
}

flat <- list(
  list(time = c(1, 2, 5, 6), event = c(1, 1, 0, 0)), list(time = 1:4, event = rep(1, 4)),
  list(time = c(1, 2), event = c(1, 0)), list(time = c(2, 2), event = c(1, 0)), list(time = 1:20, event = rep(1, 20)),
  list(time = c(3, 3, 3, 3), event = rep(1, 4)), list(time = c(0, 0, 5, 8), event = c(1, 1, 0, 1)))
arms <- c(flat, lapply(1:160, arm))
cat(toJSON(lapply(arms, function(a) by_r(a$time, a$event)), digits = 14, na = "null", pretty = FALSE))
