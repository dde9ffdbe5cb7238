"""LiteMedSAM's image encoder (TinyViT with its early strides removed), in PyTorch, as a peer to measure against.

Written from the model's specification; names of parameters are the checkpoint's own. Windows are padded and the padding is
projected as well, as the published program does it. Shapes: image [B,3,256,256], embedding [B,256,64,64].
"""
import torch
from torch import nn
from torch.nn import functional

from networks import LayerNorm2d

WIDTHS, DEPTHS, WINDOWS, HEAD = (64, 128, 160, 320), (2, 2, 6, 2), (0, 7, 14, 7), 32


class ConvolutionNorm(nn.Module):
    def __init__(self, inputs, outputs, kernel=1, stride=1, groups=1):
        super().__init__()
        self.c = nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False)
        self.bn = nn.BatchNorm2d(outputs)

    def forward(self, x):
        return self.bn(self.c(x))


class MBConv(nn.Module):
    def __init__(self, width):
        super().__init__()
        inner = 4 * width
        self.conv1, self.conv3 = ConvolutionNorm(width, inner), ConvolutionNorm(inner, width)
        self.conv2 = ConvolutionNorm(inner, inner, 3, groups=inner)

    def forward(self, x):
        inner = functional.gelu(self.conv2(functional.gelu(self.conv1(x))))
        return functional.gelu(x + self.conv3(inner))


class PatchMerging(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.conv1, self.conv3 = ConvolutionNorm(inputs, outputs), ConvolutionNorm(outputs, outputs)
        self.conv2 = ConvolutionNorm(outputs, outputs, 3, 1 if outputs == WIDTHS[-1] else 2, outputs)

    def forward(self, x):
        return self.conv3(functional.gelu(self.conv2(functional.gelu(self.conv1(x)))))


class Attention(nn.Module):
    """Attention within windows of `size` × `size` tokens, with a bias for each absolute offset; heads are interleaved."""

    def __init__(self, width, size):
        super().__init__()
        self.heads = width // HEAD
        self.norm, self.qkv, self.proj = nn.LayerNorm(width), nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.attention_biases = nn.Parameter(torch.zeros(self.heads, size * size))
        places = torch.stack(torch.meshgrid(torch.arange(size), torch.arange(size), indexing="ij"), -1).reshape(-1, 2)
        offsets = (places[:, None] - places[None]).abs()
        self.register_buffer("offsets", offsets[..., 0] * size + offsets[..., 1], persistent=False)

    def forward(self, x):
        count, tokens, width = x.shape
        parts = self.qkv(self.norm(x)).reshape(count, tokens, self.heads, 3 * HEAD)
        q, k, v = parts.transpose(1, 2).split(HEAD, -1)
        scores = q @ k.transpose(2, 3) * HEAD ** -0.5 + self.attention_biases[:, self.offsets]
        return self.proj((scores.softmax(-1) @ v).transpose(1, 2).reshape(count, tokens, width))


class Perceptron(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.fc1, self.fc2 = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x):
        return self.fc2(functional.gelu(self.fc1(self.norm(x))))


class Block(nn.Module):
    def __init__(self, width, window):
        super().__init__()
        self.window = window
        self.attn, self.mlp = Attention(width, window), Perceptron(width)
        self.local_conv = ConvolutionNorm(width, width, 3, groups=width)

    def forward(self, x):
        count, width, grid, _ = x.shape
        window, pad = self.window, -grid % self.window
        side = (grid + pad) // window
        rows = x.permute(0, 2, 3, 1)
        cut = functional.pad(rows, (0, 0, 0, pad, 0, pad)).reshape(count, side, window, side, window, width)
        attended = self.attn(cut.transpose(2, 3).reshape(-1, window * window, width))
        whole = attended.reshape(count, side, side, window, window, width).transpose(2, 3)
        rows = rows + whole.reshape(count, grid + pad, grid + pad, width)[:, :grid, :grid]
        rows = self.local_conv(rows.permute(0, 3, 1, 2)).permute(0, 2, 3, 1)
        return (rows + self.mlp(rows)).permute(0, 3, 1, 2)


class Stage(nn.Module):
    def __init__(self, index):
        super().__init__()
        width, window = WIDTHS[index], WINDOWS[index]
        self.blocks = nn.ModuleList(Block(width, window) if window else MBConv(width) for _ in range(DEPTHS[index]))
        self.downsample = PatchMerging(width, WIDTHS[index + 1]) if index + 1 < len(WIDTHS) else None

    def forward(self, x):
        for block in self.blocks:
            x = block(x)
        return self.downsample(x) if self.downsample else x


class TinyViT(nn.Module):
    def __init__(self):
        super().__init__()
        first = WIDTHS[0]
        self.patch_embed = nn.ModuleDict({"seq": nn.Sequential(
            ConvolutionNorm(3, first // 2), nn.GELU(), ConvolutionNorm(first // 2, first))})
        self.layers = nn.ModuleList(Stage(index) for index in range(len(WIDTHS)))
        self.neck = nn.Sequential(nn.Conv2d(WIDTHS[-1], 256, 1, bias=False), LayerNorm2d(256),
                                  nn.Conv2d(256, 256, 3, padding=1, bias=False), LayerNorm2d(256))

    def forward(self, image):
        x = self.patch_embed["seq"](image)
        for layer in self.layers:
            x = layer(x)
        return self.neck(x)


def load(states):
    """The encoder of a checkpoint, ready to answer; what the published file holds beside the encoder is left out."""
    encoder = TinyViT()
    prefix = "image_encoder."
    own = {name[len(prefix):]: value for name, value in states.items() if name.startswith(prefix)}
    missing, unexpected = encoder.load_state_dict(own, strict=False)
    assert not missing, f"the checkpoint lacks {missing[:3]}"
    # the published file keeps a classifier's head that nothing uses
    assert all(name.startswith(("norm_head", "head")) for name in unexpected), f"{unexpected[:3]} is not known"
    return encoder.eval().requires_grad_(False)
