"""The shortest way through the house: a tiny model learns the digits. Runs before every commit."""

from estikeras import keras


def test_a_tiny_model_trains():
    keras.utils.set_random_seed(0)
    (x, y), (x_test, y_test) = keras.datasets.digits.load_data()
    model = keras.Sequential(
        [
            keras.layers.Flatten(),
            keras.layers.Dense(32, activation="relu"),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    history = model.fit(x / 16.0, y, epochs=8, verbose=0).history
    assert history["loss"][-1] < history["loss"][0] / 2
    assert model.evaluate(x_test / 16.0, y_test, verbose=0)[1] > 0.85
