"""What each figure of an evaluation means, in plain words."""

from typing import NamedTuple


class Meaning(NamedTuple):
    """What a figure means.

    Attributes:
        title: its name in plain words.
        sentence: what it measures, in which unit, and what is good.
    """

    title: str
    sentence: str


MEANINGS = {
    "frechet_distance": Meaning(
        "Frechet distance",
        "How far the generated images are from real ones, as the distance of two normal distributions of features; "
        "squared, in units of the features, so compare it only with the real images' own beside it, and with figures "
        "of the same features and number of samples. Lower is better.",
    ),
    "kernel_distance": Meaning(
        "Kernel distance",
        "How far the generated images are from real ones, without assuming a normal distribution; in units of the "
        "features. It does not grow when there are few samples, and may fall a little below 0. Lower is better.",
    ),
    "precision": Meaning(
        "Precision (quality)",
        "The share of generated images that look like real ones: they lie among the real images' features. From 0 to "
        "1; higher is better, and what real images reach is as much as can be asked.",
    ),
    "recall": Meaning(
        "Recall (variety)",
        "The share of real images that the model could make: they lie among the generated images' features. From 0 to "
        "1; higher is better, and what real images reach is as much as can be asked.",
    ),
    "density": Meaning(
        "Density (quality)",
        "How many real images are near each generated one, as a multiple of what is expected; unlike precision it is "
        "not deceived by a few odd real images. Around 1 for real images; higher is better, but much more than real "
        "images have means that only the most usual images are made.",
    ),
    "coverage": Meaning(
        "Coverage (variety)",
        "The share of real images that have a generated one near them; unlike recall it is not deceived by a few odd "
        "generated images. From 0 to 1; higher is better.",
    ),
    "inception_score": Meaning(
        "Inception score",
        "Whether the classifier is sure about each generated image, and all classes occur: from 1 to the number of "
        "classes. Higher is better, up to what real images reach. It does not notice copies, nor a lack of variety "
        "within a class.",
    ),
    "modes": Meaning(
        "Classes that occur", "How many of the classes the generated images are assigned to. All of them is good."
    ),
    "reverse_kl": Meaning(
        "Balance of the classes",
        "How far the shares of the classes are from those of real images (reverse Kullback-Leibler divergence, in "
        "nats). 0 is the same shares; lower is better.",
    ),
    "class_entropy": Meaning(
        "Evenness of the classes",
        "How even the classes are among the generated images (entropy, as a share of the largest possible): 1 if all "
        "are equally frequent. As among real images is good.",
    ),
    "memorization_z": Meaning(
        "Nearness to training images",
        "Whether generated images are nearer to the training images than new real images are: a z score, in standard "
        "deviations. Around 0 or above is good; below -3 means that training images are copied.",
    ),
    "copied_share": Meaning(
        "Share of copies",
        "The share of generated images that are nearer to a training image than 99 of 100 new real images are. Of new "
        "images it would be 0.01.",
    ),
}
"""By the kind of a figure; the names of rows begin with it."""

SHORT = {"fid": "frechet_distance", "kid": "kernel_distance"}


def kind_of(name: str) -> str:
    """Return the kind of a figure from its name, which may end in that of the features; the name itself if unknown.

    Example:
    >>> kind_of("frechet_distance_mnist_classifier"), kind_of("fid"), kind_of("own")
    ('frechet_distance', 'frechet_distance', 'own')
    """
    if name in SHORT:
        return SHORT[name]
    return next((kind for kind in MEANINGS if name == kind or name.startswith(f"{kind}_")), name)


def meaning_of(name: str) -> Meaning:
    """Return what a figure means, from the name of its row.

    Example:
    >>> meaning_of("recall_inception").title
    'Recall (variety)'
    """
    return MEANINGS.get(kind_of(name), Meaning(name, ""))
