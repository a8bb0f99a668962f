"""Serving without TensorFlow. Written for Rasa 3.6.21; switched off by BOT_STOCK=tensorflow.

Rasa loads TensorFlow whatever the pipeline is: rasa.core.policies.policy leads by single_state_featurizer, extractor and
train_utils to rasa.utils.tensorflow.callback and data_generator; and reading a model's metadata loads the training
schema's validator, which names DIET and TED. None of this bot's components uses it. spaCy loads it as well, through thinc,
where it is found. It takes 3 to 10 seconds and 340 MB.

So the three modules of Rasa are empty stand-ins, and the library counts as not installed. A model whose pipeline needs
TensorFlow is refused by name when it is loaded.
"""

from __future__ import annotations

import sys

from bot.server.departures.missing import NotInstalled, stand_in

PACKAGES = ("tensorflow", "keras", "torch", "mxnet", "cupy", "h5py")
MODULES = (
    "rasa.utils.tensorflow.callback",
    "rasa.utils.tensorflow.data_generator",
    "rasa.graph_components.validators.default_recipe_validator",
)


def install() -> None:
    """Leaves TensorFlow out of this process, unless something has loaded it already."""
    if "tensorflow" in sys.modules:
        return
    sys.meta_path.insert(0, NotInstalled(PACKAGES))
    stand_in(*MODULES)
