"""Measures and checks the bot: project checks, explanations, the evaluation report and the benchmarks."""
