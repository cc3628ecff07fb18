"""The names that SavedModels have for their parts: `tf.saved_model`'s constants."""

from estikeras.public import public

SAVED_MODEL_FILENAME_PB = public("saved_model.SAVED_MODEL_FILENAME_PB")("saved_model.pb")
SAVED_MODEL_SCHEMA_VERSION = public("saved_model.SAVED_MODEL_SCHEMA_VERSION")(1)
VARIABLES_DIRECTORY = public("saved_model.VARIABLES_DIRECTORY")("variables")
VARIABLES_FILENAME = public("saved_model.VARIABLES_FILENAME")("variables")
ASSETS_DIRECTORY = public("saved_model.ASSETS_DIRECTORY")("assets")
SERVING = public("saved_model.SERVING", "saved_model.tag_constants.SERVING")("serve")
TRAINING = public("saved_model.TRAINING", "saved_model.tag_constants.TRAINING")("train")
DEFAULT_SERVING_SIGNATURE_DEF_KEY = public(
    "saved_model.DEFAULT_SERVING_SIGNATURE_DEF_KEY",
    "saved_model.signature_constants.DEFAULT_SERVING_SIGNATURE_DEF_KEY",
)("serving_default")
PREDICT_METHOD_NAME = public("saved_model.PREDICT_METHOD_NAME")("tensorflow/serving/predict")
PREDICT_INPUTS = public("saved_model.PREDICT_INPUTS")("inputs")
PREDICT_OUTPUTS = public("saved_model.PREDICT_OUTPUTS")("outputs")
CLASSIFY_METHOD_NAME = public("saved_model.CLASSIFY_METHOD_NAME")("tensorflow/serving/classify")
CLASSIFY_INPUTS = public("saved_model.CLASSIFY_INPUTS")("inputs")
CLASSIFY_OUTPUT_CLASSES = public("saved_model.CLASSIFY_OUTPUT_CLASSES")("classes")
CLASSIFY_OUTPUT_SCORES = public("saved_model.CLASSIFY_OUTPUT_SCORES")("scores")
REGRESS_METHOD_NAME = public("saved_model.REGRESS_METHOD_NAME")("tensorflow/serving/regress")
REGRESS_INPUTS = public("saved_model.REGRESS_INPUTS")("inputs")
REGRESS_OUTPUTS = public("saved_model.REGRESS_OUTPUTS")("outputs")
