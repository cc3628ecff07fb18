import pytest

from estikeras import keras

unpack, pack = keras.utils.unpack_x_y_sample_weight, keras.utils.pack_x_y_sample_weight


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (1, (1, None, None)),
        ((1,), (1, None, None)),
        ([1, 2], (1, 2, None)),
        ((1, 2, 3), (1, 2, 3)),
        ({"a": 1}, ({"a": 1}, None, None)),
    ],
)
def test_batches_are_unpacked(data, expected):
    assert unpack(data) == expected


def test_batches_of_another_length_are_refused():
    with pytest.raises(ValueError, match="sample_weight"):
        unpack((1, 2, 3, 4))


def test_batches_are_packed():
    assert pack(1) == 1
    assert pack([1]) == ([1],)
    assert pack({"a": 1}) == {"a": 1}
    assert pack(1, 2) == (1, 2)
    assert pack(1, 2, 3) == (1, 2, 3)


def test_a_config_is_a_dict_with_attributes_that_can_be_frozen():
    config = keras.utils.Config(a=1, keys=2)
    config.b = {"c": 3}
    config["d"] = 4
    assert (config.a, config.keys, config["b"], config.d) == (1, 2, {"c": 3}, 4)
    assert config.as_dict() == {"a": 1, "keys": 2, "b": {"c": 3}, "d": 4}
    assert config.to_json() == '{"a": 1, "keys": 2, "b": {"c": 3}, "d": 4}'
    assert "a" in config
    assert len(config) == 4
    del config.a
    assert list(config) == ["keys", "b", "d"]
    with pytest.raises(AttributeError, match="nope"):
        config.nope  # noqa: B018
    config.freeze()
    assert config.frozen
    with pytest.raises(ValueError, match="frozen"):
        config.b = 1
    with pytest.raises(ValueError, match="frozen"):
        config.pop("b")
    config.unfreeze()
    assert config.pop("d") == 4


def test_a_dataset_gives_its_batches_in_order():
    class Squares(keras.utils.PyDataset):
        def __len__(self):
            return 3

        def __getitem__(self, index):
            return index**2

    data = Squares(workers=2)
    assert (data.num_batches, data.workers, data.max_queue_size) == (3, 2, 10)
    assert list(data) == [0, 1, 4]
    with pytest.raises(ValueError, match="workers"):
        Squares(workers=-1)
    with pytest.raises(NotImplementedError, match="__getitem__"):
        keras.utils.PyDataset()[0]


def test_a_dataset_may_leave_out_the_constructor_of_its_base():
    class Bare(keras.utils.PyDataset):
        def __init__(self):
            self.seen = 0

    assert Bare().workers == 1
    assert Bare().num_batches is None
