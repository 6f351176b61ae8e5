"""The classic PyTorch script of a dense GAN on 28x28 images, for comparison."""

import numpy as np
import torch
from PIL import Image
from torch import nn
from torch.utils.data import DataLoader, Dataset

BATCH, LATENT = 100, 100


class Images(Dataset):
    """The same conversion of each image as torchvision's MNIST with ToTensor and Normalize."""

    def __init__(self, images):
        self.images = torch.from_numpy(images)

    def __len__(self):
        return len(self.images)

    def __getitem__(self, index):
        image = Image.fromarray(self.images[index].numpy())
        tensor = torch.from_numpy(np.array(image, np.uint8, copy=True)).view(28, 28, 1).permute(2, 0, 1).contiguous()
        return tensor.to(torch.float32).div(255).sub(0.5).div(0.5), 0


def networks():
    """Return the generator and the discriminator."""
    generator = nn.Sequential(
        nn.Linear(LATENT, 256), nn.ReLU(), nn.Linear(256, 512), nn.ReLU(), nn.Linear(512, 784), nn.Tanh()
    )
    discriminator = nn.Sequential(
        nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 256), nn.ReLU(), nn.Linear(256, 1), nn.Sigmoid()
    )
    return generator, discriminator


def batches(images, in_memory):
    """Yield real batches without end: from a DataLoader, as in the script, or sliced from a tensor in memory."""
    if in_memory:
        data = torch.from_numpy(images).float().div(127.5).sub(1).view(-1, 784)
        while True:
            order = torch.randperm(len(data))
            for start in range(0, len(data) - BATCH + 1, BATCH):
                yield data[order[start : start + BATCH]]
    loader = DataLoader(Images(images), batch_size=BATCH, shuffle=True)
    while True:
        for real, _ in loader:
            if len(real) == BATCH:
                yield real.view(BATCH, -1)


def training(images, in_memory):
    """Return a function that makes one step (an update of each network with the same fakes), and the generator."""
    torch.manual_seed(0)
    generator, discriminator = networks()
    loss = nn.BCELoss()
    generator_adam = torch.optim.Adam(generator.parameters(), lr=2e-4)
    discriminator_adam = torch.optim.Adam(discriminator.parameters(), lr=2e-4)
    real_labels, fake_labels = torch.ones(BATCH, 1), torch.zeros(BATCH, 1)
    data = batches(images, in_memory)

    def step():
        real = next(data)
        fake = generator(torch.randn(BATCH, LATENT))
        discriminator_loss = loss(discriminator(real), real_labels) + loss(discriminator(fake.detach()), fake_labels)
        discriminator_adam.zero_grad()
        discriminator_loss.backward()
        discriminator_adam.step()
        generator_loss = loss(discriminator(fake), real_labels)
        generator_adam.zero_grad()
        generator_loss.backward()
        generator_adam.step()
        return discriminator_loss.item(), generator_loss.item()

    return step, generator
