"""SAM-Med2D (ViT with adapters) and the prompt encoder and mask decoder that it shares with LiteMedSAM, in PyTorch.

Written from the models' specification for two uses: a peer to measure training against, and a second opinion on
gradients. Attention is computed as the published programs do it (scores, softmax, product; windows padded to whole
windows, the padding projected as well), so a timing here stands for theirs. Names of parameters are the checkpoints' own.

Shapes: images [B,3,S,S], embeddings [B,C,g,g], boxes [B,4] as x0,y0,x1,y1 in pixels of the S-wide image.
"""
import dataclasses
import math

import torch
from torch import nn
from torch.nn import functional


@dataclasses.dataclass(frozen=True)
class Configuration:
    image_size: int = 256
    patch: int = 16
    width: int = 768
    depth: int = 12
    heads: int = 12
    window: int = 14
    global_blocks: tuple = (2, 5, 8, 11)
    prompt_width: int = 256
    grid: int = 16
    mlp: int = 2048
    iou_width: int = 256


VIT_B = Configuration()
TINY = Configuration(image_size=128, width=40, depth=4, heads=4, window=5, global_blocks=(1, 3), prompt_width=32, grid=8,
                     mlp=96, iou_width=24)
LITE_MED_SAM = Configuration(grid=64)


class LayerNorm2d(nn.Module):
    """Normalises over the channels of every pixel."""

    def __init__(self, channels):
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.ones(channels)), nn.Parameter(torch.zeros(channels))

    def forward(self, x):
        centred = x - x.mean(1, keepdim=True)
        normed = centred / torch.sqrt(centred.square().mean(1, keepdim=True) + 1e-6)
        return normed * self.weight[:, None, None] + self.bias[:, None, None]


# ------------------------------------------------------------------------------------------------------- image encoder

class WindowAttention(nn.Module):
    """Attention over a map or a window of `size` × `size` tokens with decomposed relative positions."""

    def __init__(self, width, heads, size):
        super().__init__()
        self.heads, self.size = heads, size
        self.qkv, self.proj = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.rel_pos_h = nn.Parameter(torch.zeros(2 * size - 1, width // heads))
        self.rel_pos_w = nn.Parameter(torch.zeros(2 * size - 1, width // heads))
        offsets = torch.arange(size)[:, None] - torch.arange(size)[None] + size - 1
        self.register_buffer("offsets", offsets, persistent=False)

    def forward(self, x):
        count, size, _, width = x.shape
        part = width // self.heads
        q, k, v = self.qkv(x).reshape(count, size * size, 3, self.heads, part).permute(2, 0, 3, 1, 4).flatten(1, 2)
        scores = (q * part ** -0.5) @ k.transpose(1, 2)
        grid = q.reshape(-1, size, size, part)
        rows = torch.einsum("nyxc,ykc->nyxk", grid, self.rel_pos_h[self.offsets])
        columns = torch.einsum("nyxc,xkc->nyxk", grid, self.rel_pos_w[self.offsets])
        scores = scores.reshape(-1, size, size, size, size) + rows[..., None] + columns[..., None, :]
        weights = scores.reshape(-1, size * size, size * size).softmax(-1)
        out = (weights @ v).reshape(count, self.heads, size, size, part).permute(0, 2, 3, 1, 4)
        return self.proj(out.reshape(count, size, size, width))


class Adapter(nn.Module):
    """SAM-Med2D's adapter: a channel gate, a bottleneck of two convolutions, a skip of the ungated input, a norm."""

    def __init__(self, width):
        super().__init__()
        hidden = int(width * 0.25)
        self.norm = nn.LayerNorm(width)
        self.channel = nn.Sequential(nn.Linear(width, hidden, bias=False), nn.ReLU(),
                                     nn.Linear(hidden, width, bias=False), nn.Sigmoid())
        self.spatial = nn.Sequential(
            nn.Conv2d(width, width, 3, stride=2, padding=1, bias=False), nn.ReLU(),
            nn.ConvTranspose2d(width, width, 4, stride=2, padding=1, bias=False), nn.ReLU())

    def forward(self, x):
        planes = x.permute(0, 3, 1, 2)
        gate = self.channel(planes.mean((2, 3)))[:, :, None, None]
        return self.norm((planes + self.spatial(planes * gate)).permute(0, 2, 3, 1))


class MLP(nn.Module):
    def __init__(self, width, hidden, activation):
        super().__init__()
        self.lin1, self.lin2, self.activation = nn.Linear(width, hidden), nn.Linear(hidden, width), activation

    def forward(self, x):
        return self.lin2(self.activation(self.lin1(x)))


class Block(nn.Module):
    def __init__(self, configuration, index):
        super().__init__()
        width, grid = configuration.width, configuration.grid
        self.window = 0 if index in configuration.global_blocks else configuration.window
        self.norm1, self.norm2 = nn.LayerNorm(width, eps=1e-6), nn.LayerNorm(width, eps=1e-6)
        self.attn = WindowAttention(width, configuration.heads, self.window or grid)
        self.mlp = MLP(width, 4 * width, functional.gelu)
        self.Adapter = Adapter(width)

    def attend(self, x):
        if not self.window:
            return self.attn(x)
        count, grid, _, width = x.shape
        window, pad = self.window, -grid % self.window
        side = (grid + pad) // window
        x = functional.pad(x, (0, 0, 0, pad, 0, pad)).reshape(count, side, window, side, window, width)
        x = self.attn(x.transpose(2, 3).reshape(-1, window, window, width))
        x = x.reshape(count, side, side, window, window, width).transpose(2, 3)
        return x.reshape(count, grid + pad, grid + pad, width)[:, :grid, :grid]

    def forward(self, x):
        x = x + self.attend(self.norm1(x))
        normed = self.norm2(x)
        return x + self.mlp(normed) + self.Adapter(normed)


class ImageEncoder(nn.Module):
    def __init__(self, configuration):
        super().__init__()
        width, out, grid = configuration.width, configuration.prompt_width, configuration.grid
        self.patch_embed = nn.ModuleDict({"proj": nn.Conv2d(3, width, configuration.patch, configuration.patch)})
        self.pos_embed = nn.Parameter(torch.zeros(1, grid, grid, width))
        self.blocks = nn.ModuleList(Block(configuration, index) for index in range(configuration.depth))
        self.neck = nn.Sequential(nn.Conv2d(width, out, 1, bias=False), LayerNorm2d(out),
                                  nn.Conv2d(out, out, 3, padding=1, bias=False), LayerNorm2d(out))

    def forward(self, image):
        x = self.patch_embed["proj"](image).permute(0, 2, 3, 1) + self.pos_embed
        for block in self.blocks:
            x = block(x)
        return self.neck(x.permute(0, 3, 1, 2))


# ------------------------------------------------------------------------------------------------------ prompt encoder

class FourierCode(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.register_buffer("positional_encoding_gaussian_matrix", torch.zeros(2, width // 2))

    def forward(self, points):
        angles = 2 * math.pi * ((2 * points - 1) @ self.positional_encoding_gaussian_matrix)
        return torch.cat([angles.sin(), angles.cos()], -1)


class PromptEncoder(nn.Module):
    def __init__(self, configuration):
        super().__init__()
        width = configuration.prompt_width
        self.size, self.grid = configuration.image_size, configuration.grid
        self.pe_layer = FourierCode(width)
        self.point_embeddings = nn.ModuleList(nn.Embedding(1, width) for _ in range(4))
        self.not_a_point_embed, self.no_mask_embed = nn.Embedding(1, width), nn.Embedding(1, width)
        self.mask_downscaling = nn.Sequential(
            nn.Conv2d(1, 4, 2, 2), LayerNorm2d(4), nn.GELU(), nn.Conv2d(4, 16, 2, 2), LayerNorm2d(16), nn.GELU(),
            nn.Conv2d(16, width, 1))

    def dense_code(self):
        centres = (torch.arange(self.grid) + 0.5) / self.grid
        rows, columns = torch.meshgrid(centres, centres, indexing="ij")
        return self.pe_layer(torch.stack([columns, rows], -1)).permute(2, 0, 1)[None]

    def forward(self, boxes=None, points=None, labels=None, mask=None):
        sparse = []
        if points is not None:
            if boxes is None:
                points = torch.cat([points, torch.zeros(len(points), 1, 2)], 1)
                labels = torch.cat([labels, -torch.ones(len(labels), 1, dtype=labels.dtype)], 1)
            code, label = self.pe_layer((points + 0.5) / self.size), labels[..., None]
            code = torch.where(label == -1, self.not_a_point_embed.weight, code)
            for value in (0, 1):
                code = code + torch.where(label == value, self.point_embeddings[value].weight, 0)
            sparse.append(code)
        if boxes is not None:
            corners = self.pe_layer((boxes.reshape(-1, 2, 2) + 0.5) / self.size)
            sparse.append(corners + torch.stack([self.point_embeddings[2].weight, self.point_embeddings[3].weight], 1))
        count = next((len(x) for x in (points, boxes, mask) if x is not None), 1)
        width = self.no_mask_embed.weight.shape[1]
        sparse = torch.cat(sparse, 1) if sparse else torch.zeros(count, 0, width)
        if mask is not None:
            return sparse, self.mask_downscaling(mask)
        return sparse, self.no_mask_embed.weight.reshape(1, -1, 1, 1).expand(count, -1, self.grid, self.grid)


# -------------------------------------------------------------------------------------------------------- mask decoder

class CrossAttention(nn.Module):
    def __init__(self, width, inner, heads=8):
        super().__init__()
        self.heads = heads
        self.q_proj, self.k_proj, self.v_proj = (nn.Linear(width, inner) for _ in range(3))
        self.out_proj = nn.Linear(inner, width)

    def forward(self, q, k, v):
        def split(x):
            return x.reshape(x.shape[0], x.shape[1], self.heads, -1).transpose(1, 2)

        q, k, v = split(self.q_proj(q)), split(self.k_proj(k)), split(self.v_proj(v))
        weights = (q @ k.transpose(2, 3) / math.sqrt(q.shape[-1])).softmax(-1)
        return self.out_proj((weights @ v).transpose(1, 2).flatten(2))


class TwoWayLayer(nn.Module):
    def __init__(self, width, mlp, first):
        super().__init__()
        self.first = first
        self.self_attn = CrossAttention(width, width)
        self.cross_attn_token_to_image = CrossAttention(width, width // 2)
        self.cross_attn_image_to_token = CrossAttention(width, width // 2)
        self.mlp = MLP(width, mlp, functional.relu)
        self.norm1, self.norm2, self.norm3, self.norm4 = (nn.LayerNorm(width) for _ in range(4))

    def forward(self, tokens, pixels, token_code, pixel_code):
        if self.first:
            tokens = self.self_attn(tokens, tokens, tokens)
        else:
            coded = tokens + token_code
            tokens = tokens + self.self_attn(coded, coded, tokens)
        tokens = self.norm1(tokens)
        tokens = tokens + self.cross_attn_token_to_image(tokens + token_code, pixels + pixel_code, pixels)
        tokens = self.norm2(tokens)
        tokens = self.norm3(tokens + self.mlp(tokens))
        pixels = pixels + self.cross_attn_image_to_token(pixels + pixel_code, tokens + token_code, tokens)
        return tokens, self.norm4(pixels)


class TwoWayTransformer(nn.Module):
    def __init__(self, width, mlp):
        super().__init__()
        self.layers = nn.ModuleList([TwoWayLayer(width, mlp, True), TwoWayLayer(width, mlp, False)])
        self.final_attn_token_to_image = CrossAttention(width, width // 2)
        self.norm_final_attn = nn.LayerNorm(width)

    def forward(self, token_code, pixels, pixel_code):
        tokens = token_code
        for layer in self.layers:
            tokens, pixels = layer(tokens, pixels, token_code, pixel_code)
        tokens = tokens + self.final_attn_token_to_image(tokens + token_code, pixels + pixel_code, pixels)
        return self.norm_final_attn(tokens), pixels


class Perceptron(nn.Module):
    def __init__(self, *widths):
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in zip(widths, widths[1:]))

    def forward(self, x):
        for layer in self.layers[:-1]:
            x = functional.relu(layer(x))
        return self.layers[-1](x)


class MaskDecoder(nn.Module):
    def __init__(self, configuration):
        super().__init__()
        width = configuration.prompt_width
        self.transformer = TwoWayTransformer(width, configuration.mlp)
        self.iou_token, self.mask_tokens = nn.Embedding(1, width), nn.Embedding(4, width)
        self.output_upscaling = nn.Sequential(
            nn.ConvTranspose2d(width, width // 4, 2, 2), LayerNorm2d(width // 4), nn.GELU(),
            nn.ConvTranspose2d(width // 4, width // 8, 2, 2), nn.GELU())
        self.output_hypernetworks_mlps = nn.ModuleList(Perceptron(width, width, width, width // 8) for _ in range(4))
        self.iou_prediction_head = Perceptron(width, configuration.iou_width, configuration.iou_width, 4)

    def forward(self, embedding, sparse, dense, code):
        """All four masks' logits [B,4,4g,4g] and predicted IoUs [B,4]; an embedding of batch 1 serves every prompt."""
        count, grid = len(sparse), embedding.shape[-1]
        own = torch.cat([self.iou_token.weight, self.mask_tokens.weight])[None].expand(count, -1, -1)
        pixels = (embedding + dense).flatten(2).transpose(1, 2)
        tokens, pixels = self.transformer(torch.cat([own, sparse], 1), pixels, code.flatten(2).transpose(1, 2))
        large = self.output_upscaling(pixels.transpose(1, 2).reshape(count, -1, grid, grid))
        kernels = torch.stack([mlp(tokens[:, 1 + i]) for i, mlp in enumerate(self.output_hypernetworks_mlps)], 1)
        masks = (kernels @ large.flatten(2)).reshape(count, 4, 4 * grid, 4 * grid)
        return masks, self.iou_prediction_head(tokens[:, 0])


class Network(nn.Module):
    """The parts by the names of the checkpoints; `encoder` is left out where embeddings are given."""

    def __init__(self, configuration, encoder=True):
        super().__init__()
        self.configuration = configuration
        if encoder:
            self.image_encoder = ImageEncoder(configuration)
        self.prompt_encoder, self.mask_decoder = PromptEncoder(configuration), MaskDecoder(configuration)

    def decode(self, embedding, **prompts):
        sparse, dense = self.prompt_encoder(**prompts)
        return self.mask_decoder(embedding, sparse, dense, self.prompt_encoder.dense_code())


# ---------------------------------------------------------------------------------------------------------------- loss

def best_of_three(masks, ious):
    """SAM-Med2D's choice: of masks 1 to 3 the one whose predicted IoU is largest, [B,1,…] and [B,1]."""
    masks, ious = masks[:, 1:], ious[:, 1:]
    rows, best = torch.arange(len(ious)), ious.argmax(1)
    return masks[rows, best][:, None], ious[rows, best][:, None]


def focal_dice_iou(logits, labels, predicted):
    """SAM-Med2D's loss: 20 · focal + dice + squared error of the predicted IoU, sums over the whole batch."""
    p, y = logits.sigmoid(), labels
    focal = (-0.25 * y * (1 - p) ** 2 * (p + 1e-12).log() - 0.75 * (1 - y) * p ** 2 * (1 - p + 1e-12).log()).sum()
    focal = focal / (p.numel() + 1e-12)
    both, total = (p * y).sum(), p.sum() + y.sum()
    dice = 1 - (2 * both + 1) / (total + 1)
    iou = (both + 1e-7) / (total - both + 1e-7)
    error = (iou - predicted).square().mean()
    return 20 * focal + dice + error, {"focal": focal, "dice": dice, "mask_iou": error}


def dice_bce_iou(logits, labels, predicted):
    """LiteMedSAM's loss: dice with squared denominator, cross-entropy, squared error of the predicted IoU, per mask."""
    p, y = logits.sigmoid().flatten(1), labels.flatten(1)
    dice = 1 - (2 * (p * y).sum(1) + 1e-5) / (p.square().sum(1) + y.square().sum(1) + 1e-5)
    entropy = functional.binary_cross_entropy_with_logits(logits, labels)
    hard = (p > 0.5).to(p.dtype)
    both = (hard * y).sum(1)
    iou = (both + 1e-7) / (hard.sum(1) + y.sum(1) - both + 1e-7)
    return dice.mean() + entropy + (iou.detach() - predicted.flatten()).square().mean()
