"""The ADM U-Net of the shipped architecture and the consistency function around it, in plain PyTorch.

Images are [B, 1, 28, 28]; a pixel-unshuffle by 2 lets all convolutions but the last two run at 14x14 and 7x7.
"""

import math

import torch
from torch import nn
from torch.nn import functional

SIGMA_DATA = 0.5
SIGMA_MIN = 0.002
SIGMA_MAX = 80.0


def group_norm(channels):
    groups = next(g for g in (32, 16, 8) if channels % g == 0)
    return nn.GroupNorm(groups, channels, eps=1e-5)  # bf16 input is reduced in fp32 by the kernel itself


def zeroed(module):
    for parameter in module.parameters():
        nn.init.zeros_(parameter)
    return module


def sinusoids(time, width):
    """Features [B, width] of 250 ln t for times [B]: all cosines, then all sines."""
    half = width // 2
    frequencies = torch.exp(-math.log(10_000) / half * torch.arange(half, device=time.device))
    angles = (250 * time.log())[:, None] * frequencies
    return torch.cat([angles.cos(), angles.sin()], dim=1)


class ResidualBlock(nn.Module):
    """Norm, SiLU, (resample), convolution; scale-shift norm, SiLU, dropout, convolution; plus the skip."""

    def __init__(self, channels, out_channels, embedding_width, resample=None):
        super().__init__()
        self.in_layers = nn.Sequential(
            group_norm(channels), nn.SiLU(), nn.Conv2d(channels, out_channels, 3, padding=1)
        )
        self.resample = resample or nn.Identity()
        self.emb_layers = nn.Sequential(nn.SiLU(), nn.Linear(embedding_width, 2 * out_channels))
        self.out_layers = nn.Sequential(
            group_norm(out_channels),
            nn.SiLU(),
            nn.Dropout(0.0),
            zeroed(nn.Conv2d(out_channels, out_channels, 3, padding=1)),
        )
        self.skip_connection = nn.Identity() if channels == out_channels else nn.Conv2d(channels, out_channels, 1)

    def forward(self, x, embedding):
        in_norm, activation, in_convolution = self.in_layers
        h = in_convolution(self.resample(activation(in_norm(x))))
        scale, shift = self.emb_layers(embedding)[:, :, None, None].chunk(2, dim=1)
        out_norm, activation, dropout, out_convolution = self.out_layers
        h = activation(out_norm(h) * (1 + scale) + shift)
        return self.skip_connection(self.resample(x)) + out_convolution(dropout(h))


class AttentionBlock(nn.Module):
    """Self-attention over positions, with queries, keys and values normalised per head (EDM2's pixel norm)."""

    def __init__(self, channels, head_width):
        super().__init__()
        self.head_width = head_width
        self.norm = group_norm(channels)
        self.qkv = nn.Conv2d(channels, 3 * channels, 1)
        self.proj_out = zeroed(nn.Conv2d(channels, channels, 1))

    def forward(self, x):
        batch, channels, height, width = x.shape
        qkv = self.qkv(self.norm(x)).reshape(batch, 3, -1, self.head_width, height * width)
        rms = qkv.norm(dim=3, keepdim=True) / math.sqrt(self.head_width)
        q, k, v = (qkv / (rms + 1e-4)).unbind(dim=1)  # each [B, heads, head width, positions]
        # Explicit softmax attention: on a CPU it is faster than scaled_dot_product_attention in bf16.
        weight = torch.softmax(q.transpose(2, 3) @ k / math.sqrt(self.head_width), dim=-1)
        h = (v @ weight.transpose(2, 3)).reshape(batch, channels, height, width)
        return x + self.proj_out(h)


class Blocks(nn.ModuleList):
    """Blocks in sequence, of which the residual ones take the embedding too."""

    def forward(self, x, embedding):
        for block in self:
            x = block(x, embedding) if isinstance(block, ResidualBlock) else block(x)
        return x


class Exit(nn.Sequential):
    """From the features to the network's output: at the resolution of the patches, then with every pixel's neighbours."""

    def __init__(self, channels, fine_width, patch):
        super().__init__(
            group_norm(channels),
            nn.SiLU(),
            nn.Conv2d(channels, fine_width * patch**2, 3, padding=1),
            nn.Sequential(
                nn.Conv2d(fine_width + 1, fine_width, 3, padding=1),
                nn.SiLU(),
                zeroed(nn.Conv2d(fine_width, 1, 3, padding=1)),
            ),
        )
        self.patch = patch

    def forward(self, h, x):
        norm, activation, coarse, fine = self
        h = functional.pixel_shuffle(coarse(activation(norm(h))), self.patch)
        return fine(torch.cat([activation(h), x], dim=1))


class UNet(nn.Module):
    """F(x, t, u, y): x [B, 1, 28, 28], times [B], labels [B] in 0..classes (classes is the null class).

    Modules are named as in the published code of ADM, so the weights of the shipped model load by name.
    """

    def __init__(
        self, width=48, multipliers=(1, 2), blocks=1, attention_levels=(), head_width=48, classes=10, patch=2, fine_width=16
    ):
        super().__init__()
        self.width = width
        self.patch = patch
        embedding_width = 8 * width
        self.time_embed = nn.Sequential(
            nn.Linear(2 * width, embedding_width), nn.SiLU(), nn.Linear(embedding_width, embedding_width)
        )
        self.label_emb = nn.Embedding(classes + 1, embedding_width)

        def residual(channels, out_channels, resample=None):
            return ResidualBlock(channels, out_channels, embedding_width, resample)

        def level_blocks(channels, level):
            out_channels = multipliers[level] * width
            stage = Blocks([residual(channels, out_channels)])
            if level in attention_levels:
                stage.append(AttentionBlock(out_channels, head_width))
            return stage

        channels = multipliers[0] * width
        skips = [channels]
        self.input_blocks = nn.ModuleList([Blocks([nn.Conv2d(patch**2, channels, 3, padding=1)])])
        for level in range(len(multipliers)):
            if level > 0:
                self.input_blocks.append(Blocks([residual(channels, channels, nn.AvgPool2d(2))]))
                skips.append(channels)
            for _ in range(blocks):
                self.input_blocks.append(level_blocks(channels, level))
                channels = multipliers[level] * width
                skips.append(channels)

        self.middle_block = Blocks(
            [residual(channels, channels), AttentionBlock(channels, head_width), residual(channels, channels)]
        )

        self.output_blocks = nn.ModuleList()
        for level in reversed(range(len(multipliers))):
            for _ in range(blocks + 1):
                self.output_blocks.append(level_blocks(channels + skips.pop(), level))
                channels = multipliers[level] * width
            if level > 0:
                self.output_blocks[-1].append(residual(channels, channels, nn.Upsample(scale_factor=2)))

        self.out = Exit(channels, fine_width, patch)

    def forward(self, x, t, u, y):
        times = torch.cat([sinusoids(t, self.width), sinusoids(u, self.width)], dim=1)
        embedding = self.time_embed(times) + self.label_emb(y)
        h = functional.pixel_unshuffle(x, self.patch)
        skips = []
        for block in self.input_blocks:
            h = block(h, embedding)
            skips.append(h)
        h = self.middle_block(h, embedding)
        for block in self.output_blocks:
            h = block(torch.cat([h, skips.pop()], dim=1), embedding)
        return self.out(h, x)


class ConsistencyModel(nn.Module):
    """f(x, t, u): the point at time u of the trajectory that passes through x at time t. Result in fp32."""

    def __init__(self, network):
        super().__init__()
        self.network = network

    def forward(self, x, t, u, y):
        variance = t**2 + SIGMA_DATA**2
        c_in = variance.rsqrt()
        c_out = SIGMA_DATA * (t - u) * variance.rsqrt()
        c_skip = (t * u + SIGMA_DATA**2) / variance
        output = self.network(per_image(c_in) * x, t, u, y).float()
        return per_image(c_skip) * x + per_image(c_out) * output


def per_image(values):
    """[B] as [B, 1, 1, 1], to broadcast over images."""
    return values[:, None, None, None]
