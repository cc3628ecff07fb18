"""The workloads of scripts/bench as bare PyTorch steps: no data feeding, no metrics, fused Adam."""

import itertools

import numpy as np
import torch
from torch import nn

from bench_workloads import ROWS, WORDS, WORKLOADS


class Recurrent(nn.Module):
    """Embedding, LSTM or both directions of a GRU, dense layer."""

    def __init__(self, cell, units, bidirectional):
        super().__init__()
        self.embedding = nn.Embedding(WORDS, 64)
        self.cell = cell(64, units, batch_first=True, bidirectional=bidirectional)
        self.output = nn.Linear(128, 2)
        self.units, self.bidirectional = units, bidirectional

    def forward(self, x):
        states, _ = self.cell(self.embedding(x.long()))
        last = states[:, -1]
        if self.bidirectional:
            last = torch.cat([last[:, : self.units], states[:, 0, self.units :]], -1)
        return self.output(last)


def conv(inputs, outputs, size, stride=1):
    """A convolution and its batch normalization."""
    padding = size // 2
    layer = nn.Conv2d(inputs, outputs, size, stride, padding, bias=False)
    return nn.Sequential(layer, nn.BatchNorm2d(outputs))


class Residual(nn.Module):
    """Two convolutions beside a short cut."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.first, self.second = conv(inputs, outputs, 3, stride), conv(outputs, outputs, 3)
        same = stride == 1 and inputs == outputs
        self.short = nn.Identity() if same else conv(inputs, outputs, 1, stride)

    def forward(self, x):
        return torch.relu(self.short(x) + self.second(torch.relu(self.first(x))))


class Transformer(nn.Module):
    """One encoder block with four heads."""

    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(WORDS, 128)
        self.attention = nn.MultiheadAttention(128, 4, batch_first=True)
        self.norms = nn.ModuleList([nn.LayerNorm(128), nn.LayerNorm(128)])
        self.hidden = nn.Sequential(nn.Linear(128, 512), nn.GELU(), nn.Linear(512, 128))
        self.output = nn.Linear(128, 2)

    def forward(self, x):
        x = self.embedding(x.long())
        x = self.norms[0](x + self.attention(x, x, x, need_weights=False)[0])
        return self.output(self.norms[1](x + self.hidden(x)).mean(1))


class WideDeep(nn.Module):
    """Eight embeddings of 100,000 rows beside numbers."""

    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(ROWS, 16)
        self.dense = dense(141, 256, 128, classes=2)

    def forward(self, numeric, ids):
        return self.dense(torch.cat([numeric, self.embedding(ids.long()).flatten(1)], 1))


def dense(*units, classes, dropout=0.0):
    """A chain of dense layers."""
    layers = []
    for inputs, outputs in itertools.pairwise(units):
        layers += [nn.Linear(inputs, outputs), nn.ReLU()]
    return nn.Sequential(*layers, nn.Dropout(dropout), nn.Linear(units[-1], classes))


def convnet():
    """Two convolutions, two poolings."""
    first = [nn.Conv2d(1, 32, 3), nn.ReLU(), nn.MaxPool2d(2)]
    second = [nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2)]
    return nn.Sequential(*first, *second, nn.Flatten(), nn.Dropout(0.5), nn.Linear(1600, 10))


def resnet():
    """Three residual blocks of 64, 128 and 256 channels."""
    blocks = [Residual(64, 64, 1), Residual(64, 128, 2), Residual(128, 256, 2)]
    head = [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(256, 10)]
    return nn.Sequential(conv(3, 64, 3), nn.ReLU(), *blocks, *head)


MODELS = {
    "mlp": lambda: dense(784, 512, classes=10, dropout=0.2),
    "mlp_large_batch": lambda: dense(784, 512, classes=10, dropout=0.2),
    "tabular": lambda: dense(10, 64, 64, classes=2),
    "convnet": convnet,
    "resnet": resnet,
    "lstm": lambda: Recurrent(nn.LSTM, 128, False),
    "gru_bidirectional": lambda: Recurrent(nn.GRU, 64, True),
    "transformer": Transformer,
    "wide_deep": WideDeep,
}


def step_of(name):
    """A function that makes one training step on one fixed batch."""
    workload, model = WORKLOADS[name], MODELS[name]()
    x, y = workload.data()
    arrays = x.values() if isinstance(x, dict) else (x,)
    inputs = [torch.from_numpy(np.ascontiguousarray(a[: workload.batch])) for a in arrays]
    labels = torch.from_numpy(y[: workload.batch])
    if inputs[0].ndim == 4:
        model = model.to(memory_format=torch.channels_last)
        inputs = [inputs[0].permute(0, 3, 1, 2).contiguous(memory_format=torch.channels_last)]
    optimizer, loss = torch.optim.Adam(model.parameters(), fused=True), nn.CrossEntropyLoss()

    def step():
        optimizer.zero_grad()
        loss(model(*inputs), labels).backward()
        optimizer.step()

    return step
