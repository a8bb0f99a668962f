"""The NLU pipeline as Rasa graph components, one per file, in the order of config.yml.

`config.yml` names them by module path. Each is a thin shell: the work is done by plain classes in `bot.language`.
"""
