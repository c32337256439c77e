"""Batches of a data set, in its order."""


class DataLoader:
    def __init__(self, dataset, batch_size, shuffle=False):
        self.dataset = dataset
        self.batch_size = batch_size

    def __len__(self):
        return -(-len(self.dataset) // self.batch_size)

    def __iter__(self):
        import torch

        for start in range(0, len(self.dataset), self.batch_size):
            labels = [self.dataset[index][1] for index in range(start, min(start + self.batch_size, len(self.dataset)))]
            yield torch.Tensor(len(labels), 1, 28, 28), labels
