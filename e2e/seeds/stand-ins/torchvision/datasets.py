"""A small made MNIST."""

SIZE = 6_400


class MNIST:
    def __init__(self, root, train, download, transform):
        self.transform = transform

    def __len__(self):
        return SIZE

    def __getitem__(self, index):
        if index >= SIZE:
            raise IndexError(index)
        return self.transform(bytes(28 * 28)), index % 10
