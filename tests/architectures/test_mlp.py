"""The classic pair is exactly that."""

from kgan.architectures import mlp


def test_the_classic_is_exact():
    generator, discriminator = mlp.generator((28, 28, 1)), mlp.discriminator((28, 28, 1))
    shapes = [weight.shape for weight in generator.weights]
    assert shapes == [(100, 256), (256,), (256, 512), (512,), (512, 784), (784,)]
    shapes = [weight.shape for weight in discriminator.weights]
    assert shapes == [(784, 512), (512,), (512, 256), (256,), (256, 1), (1,)]
    activations = [layer.activation.__name__ for layer in generator.layers + discriminator.layers if layer.weights]
    assert activations == ["relu", "relu", "tanh", "relu", "relu", "linear"]
