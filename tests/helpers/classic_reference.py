"""The classic GAN in float64 NumPy, forward, backward and Adam written out by hand: an independent reference."""

import numpy as np


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


class Dense:
    """`activation(x W + b)` with its backward pass."""

    def __init__(self, kernel, bias, activation):
        self.parameters = [np.array(kernel, "float64"), np.array(bias, "float64")]
        self.activation = activation

    def forward(self, x):
        self.x = x
        z = x @ self.parameters[0] + self.parameters[1]
        self.y = {"relu": np.maximum(z, 0), "tanh": np.tanh(z), "linear": z}[self.activation]
        return self.y

    def backward(self, slope):
        if self.activation == "relu":
            slope = slope * (self.y > 0)
        elif self.activation == "tanh":
            slope = slope * (1 - self.y**2)
        self.gradients = [self.x.T @ slope, slope.sum(axis=0)]
        return slope @ self.parameters[0].T


class Network:
    """A stack of dense layers from a flat list of kernels and biases."""

    def __init__(self, weights, activations):
        self.layers = [Dense(*weights[2 * i : 2 * i + 2], name) for i, name in enumerate(activations)]

    def forward(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def backward(self, slope):
        for layer in reversed(self.layers):
            slope = layer.backward(slope)
        return slope

    @property
    def parameters(self):
        return [parameter for layer in self.layers for parameter in layer.parameters]

    @property
    def gradients(self):
        return [gradient for layer in self.layers for gradient in layer.gradients]


class Adam:
    """Kingma and Ba, 2015, in the form at the end of section 2 (epsilon beside the uncorrected root)."""

    def __init__(self, rate=2e-4, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
        self.rate, self.beta_1, self.beta_2, self.epsilon = rate, beta_1, beta_2, epsilon
        self.step, self.moments = 0, None

    def update(self, parameters, gradients):
        if self.moments is None:
            self.moments = [(np.zeros_like(p), np.zeros_like(p)) for p in parameters]
        self.step += 1
        rate = self.rate * np.sqrt(1 - self.beta_2**self.step) / (1 - self.beta_1**self.step)
        for parameter, gradient, (first, second) in zip(parameters, gradients, self.moments, strict=True):
            first += (1 - self.beta_1) * (gradient - first)
            second += (1 - self.beta_2) * (gradient**2 - second)
            parameter -= rate * first / (np.sqrt(second) + self.epsilon)


def train(generator_weights, discriminator_weights, images, latents):
    """Train on `images` (steps, batch, pixels) with `latents` (steps, batch, latent_dim); return both weight lists.

    One update of the discriminator, then one of the generator, with the same fakes for both. Binary
    cross-entropy on the sigmoid of the logit, the mean over the batch.
    """
    generator = Network(generator_weights, ["relu", "relu", "tanh"])
    discriminator = Network(discriminator_weights, ["relu", "relu", "linear"])
    generator_adam, discriminator_adam = Adam(), Adam()
    for real, noise in zip(images, latents, strict=True):
        count = len(real)
        fake = generator.forward(noise)

        logits = discriminator.forward(real)  # -mean log D(x)
        discriminator.backward((sigmoid(logits) - 1) / count)
        gradients = discriminator.gradients
        logits = discriminator.forward(fake)  # -mean log(1 - D(G(z)))
        discriminator.backward(sigmoid(logits) / count)
        gradients = [a + b for a, b in zip(gradients, discriminator.gradients, strict=True)]
        discriminator_adam.update(discriminator.parameters, gradients)

        logits = discriminator.forward(fake)  # -mean log D(G(z))
        generator.backward(discriminator.backward((sigmoid(logits) - 1) / count))
        generator_adam.update(generator.parameters, generator.gradients)
    return generator.parameters, discriminator.parameters
