"""Networks as Functional models: generators and discriminators of images, and networks from images to images.

`mlp`, `dcgan`, `resnet` and `style` are pairs of functions, `generator(image_shape, ...)` and
`discriminator(image_shape, ...)`, which `get` finds by name. `restoration`, `unet` and `patch` are for
`kgan.ImageToImageGAN`; their functions take other arguments.

Discriminators with `num_classes` use the labels as `conditioning` says:

- `"projection"` (the default): the logit gains `embedding(label) . features` (Miyato and Koyama, cGANs with
  Projection Discriminator, 2018).
- `"auxiliary_classifier"`: the discriminator takes images alone and also returns the logits of the classes;
  `kgan.GAN` adds the classification loss to both sides (Odena et al., Conditional Image Synthesis with Auxiliary
  Classifier GANs, 2017).
- `"projection_and_classifier"`: both. With a small `classification_weight` in `kgan.GAN.compile` the classifier makes
  classes more reliable, while the projection maintains the variety within them.
- `"concatenation"`: a learned map of the label is one more channel of the image (Mirza and Osindero, Conditional
  Generative Adversarial Nets, 2014).
"""

from kgan.architectures import dcgan, mlp, patch, resnet, restoration, style, unet
from kgan.architectures.registry import ARCHITECTURES, Architecture, get

__all__ = [
    "ARCHITECTURES",
    "Architecture",
    "dcgan",
    "get",
    "mlp",
    "patch",
    "resnet",
    "restoration",
    "style",
    "unet",
]
