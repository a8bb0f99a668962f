"""What words mean: entities built from the store, the safety screen and the intent classifier, as Rasa graph components."""
