"""Trains an Estimator on the bundled digits by `train_and_evaluate`, goes on from its last
checkpoint as a job that was interrupted would, and takes the model through a SavedModel.
"""

import sys
import tempfile
import time

import numpy as np

import estikeras as tf

STEPS, BATCH = 600, 32


def main():
    """Train, go on, export, load; exit status 1 if anything is not as it should be."""
    (x_train, y_train), (x_test, y_test) = tf.keras.datasets.digits.load_data()
    x_train, x_test = x_train.astype("float32") / 16.0, x_test.astype("float32") / 16.0

    def train_fn():
        data = tf.data.Dataset.from_tensor_slices(({"pixels": x_train}, y_train))
        return data.shuffle(2000, seed=0).repeat().batch(BATCH)

    def eval_fn():
        return tf.data.Dataset.from_tensor_slices(({"pixels": x_test}, y_test)).batch(256)

    columns = [tf.feature_column.numeric_column("pixels", shape=x_train.shape[1:])]
    receiver = tf.estimator.export.build_parsing_serving_input_receiver_fn(
        tf.feature_column.make_parse_example_spec(columns)
    )

    def estimator_of(folder):
        config = tf.estimator.RunConfig(folder, tf_random_seed=0, save_checkpoints_steps=200)
        return tf.estimator.DNNClassifier(
            [128], columns, n_classes=10, optimizer="Adam", config=config
        )

    def train(folder, steps):
        return tf.estimator.train_and_evaluate(
            estimator_of(folder),
            tf.estimator.TrainSpec(train_fn, max_steps=steps),
            tf.estimator.EvalSpec(
                eval_fn,
                steps=None,
                exporters=tf.estimator.FinalExporter("digits", receiver),
                start_delay_secs=0,
                throttle_secs=0,
            ),
        )

    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        first, _ = train(folder, STEPS // 2)
        first_s = time.perf_counter() - start
        start = time.perf_counter()
        last, (exported,) = train(folder, STEPS)  # another process would do the same
        last_s = time.perf_counter() - start
        predictions = estimator_of(folder).predict(eval_fn)
        expected = np.array([p["probabilities"] for p in predictions])
        served = tf.saved_model.load(exported).signatures["predict"]
        probabilities = served(examples=serialized(x_test))["probabilities"].numpy()
    equal = np.allclose(probabilities, expected, atol=1e-5)

    for begin, results, seconds in ((0, first, first_s), (first["global_step"], last, last_s)):
        steps = f"{begin + 1} to {results['global_step']}"
        print(f"steps {steps:<13}{seconds:.2f} s, test accuracy {results['accuracy']:.4f}")
    print(f"SavedModel         {'equal' if equal else 'OTHER'} predictions for serialized examples")
    resumed = first["global_step"] == STEPS // 2 and last["global_step"] == STEPS
    return 0 if equal and resumed and last["accuracy"] > 0.9 else 1


def serialized(x):
    """Images as serialized `tf.train.Example`s."""

    def feature(image):
        return tf.train.Feature(float_list=tf.train.FloatList(value=image.ravel()))

    return [
        tf.train.Example(
            features=tf.train.Features(feature={"pixels": feature(image)})
        ).SerializeToString()
        for image in x
    ]


if __name__ == "__main__":
    sys.exit(main())
