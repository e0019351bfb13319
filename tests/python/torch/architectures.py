"""Architectures of torchvision, timm and transformers, made with weights or without, and what PyTorch itself says of each."""
import dataclasses
import warnings

import timm
import torch
import torchvision
import transformers
from torch.utils.flop_counter import FlopCounterMode

import macroscope

TORCHVISION = {name: 224 for name in (
    "alexnet", "vgg11_bn", "resnet18", "resnext50_32x4d", "wide_resnet50_2", "densenet121", "googlenet", "mobilenet_v2", "mobilenet_v3_large",
    "shufflenet_v2_x1_0", "squeezenet1_1", "efficientnet_b0", "mnasnet1_0", "regnet_y_400mf", "convnext_tiny", "vit_b_32", "swin_t")}
TORCHVISION["inception_v3"] = 299

# Size, and published GMACs and millions of parameters: timm's benchmark table for PyTorch 2.9.1 (Apache-2.0).
TIMM = {
    "levit_128s": (224, 0.3, 7.76),
    "deit3_small_patch16_224": (224, 4.61, 22.06),
    "mixer_s32_224": (224, 1.0, 19.1),
    "xcit_nano_12_p16_224": (224, 0.56, 3.05),
    "edgenext_xx_small": (256, 0.26, 1.33),
    "efficientformer_l1": (224, 1.3, 12.29),
    "mobilevit_xxs": (256, 0.42, 1.27),
    "repvgg_a0": (224, 1.36, 8.31),
    "ghostnet_100": (224, 0.15, 5.18),
    "hrnet_w18_small": (224, 1.61, 13.19),
    "res2net50_14w_8s": (224, 4.21, 25.06),
    "dla34": (224, 3.07, 15.74),
    "coat_lite_tiny": (224, 1.6, 5.72),
    "poolformer_s12": (224, 1.82, 11.92),
    "gmlp_s16_224": (224, 4.42, 19.42),
    "botnet26t_256": (256, 3.32, 12.49),
    "visformer_tiny": (224, 1.27, 10.32),
    "pit_ti_224": (224, 0.7, 4.85),
    "crossvit_tiny_240": (240, 1.57, 7.01),
    "tiny_vit_5m_224": (224, 1.27, 12.08),
    "resmlp_12_224": (224, 3.01, 15.35),
    "selecsls42b": (224, 2.98, 32.46),
    "fbnetc_100": (224, 0.4, 5.57),
    "tf_efficientnet_lite0": (224, 0.4, 4.65),
}

# Published as they are deployed: norms folded into the layer before, branches of RepVGG into one convolution.
FOLDED = {"levit_128s", "repvgg_a0"}

TRANSFORMERS = {
    "BertModel": dict(num_hidden_layers=2), "RobertaModel": dict(num_hidden_layers=2), "DistilBertModel": dict(n_layers=2),
    "ElectraModel": dict(num_hidden_layers=2), "GPT2LMHeadModel": dict(n_layer=2), "OPTForCausalLM": dict(num_hidden_layers=2),
    "LlamaForCausalLM": dict(num_hidden_layers=2, hidden_size=512, intermediate_size=1024, num_attention_heads=8, num_key_value_heads=4),
    "MistralForCausalLM": dict(num_hidden_layers=2, hidden_size=512, intermediate_size=1024, num_attention_heads=8, num_key_value_heads=2),
    "Qwen2ForCausalLM": dict(num_hidden_layers=2, hidden_size=512, intermediate_size=1024, num_attention_heads=8, num_key_value_heads=4,
                             tie_word_embeddings=True),
    "T5EncoderModel": dict(num_layers=2), "ViTModel": dict(num_hidden_layers=2),
}


# One of each kind for every run; the others are named here for before a release.
SHORT = ("resnet18", "googlenet", "mobilenet_v3_large", "swin_t", "levit_128s", "efficientformer_l1", "botnet26t_256", "crossvit_tiny_240", "repvgg_a0",
         "BertModel", "GPT2LMHeadModel", "Qwen2ForCausalLM")
ALL = (*TORCHVISION, *TIMM, *TRANSFORMERS)

# Without a configuration of their own here: small ones, by what most configurations call it.
SMALL = dict(num_hidden_layers=2, hidden_size=256, intermediate_size=512, num_attention_heads=4, num_key_value_heads=2, encoder_layers=2, decoder_layers=2,
             n_layer=2, n_layers=2, num_layers=2)


@dataclasses.dataclass
class Row:
    name: str
    parameters: object = None
    own_parameters: int = 0
    macs: object = None
    counted_macs: int = 0
    unused: int = 0
    published: tuple = ()
    problem: str = ""


def make(name, device="meta"):
    """(module, arguments, keyword arguments): on the meta device without weights, on the CPU with those that it starts to learn from."""
    if name in TORCHVISION or name in torchvision.models.list_models(module=torchvision.models):
        size = TORCHVISION.get(name, 224)
        options = {"init_weights": False} if name in ("googlenet", "inception_v3") else {}
        try:
            with torch.device(device):
                module = torchvision.models.get_model(name, weights=None, **options)
        except NotImplementedError:  # RegNet's constructor reads numbers, which the meta device has none of
            module = torchvision.models.get_model(name, weights=None, **options).to(device)
        return module, (torch.empty(1, 3, size, size, device=device),), {}
    if timm.is_model(name):
        with torch.device(device):
            module = timm.create_model(name)
        channels, *sizes = module.default_cfg["input_size"]
        return module, (torch.empty(1, channels, *sizes, device=device),), {}
    model = getattr(transformers, name)
    default = model.config_class()
    config = model.config_class(**TRANSFORMERS.get(name, {key: value for key, value in SMALL.items() if hasattr(default, key)}))
    config.use_cache = False
    with torch.device(device):
        module = model(config)
        if module.main_input_name == "pixel_values":
            size = getattr(config, "image_size", 224)
            sizes = (size, size) if isinstance(size, int) else tuple(size)
            return module, (), {"pixel_values": torch.empty(1, getattr(config, "num_channels", 3), *sizes)}
        return module, (), {"input_ids": torch.zeros(1, 32, dtype=torch.int64)}


def row_of(name, device="meta"):
    row = Row(name, published=TIMM.get(name, ())[1:])
    module, args, kwargs = make(name, device)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", macroscope.MacroscopeWarning)
        analysis = macroscope.analyze(module, args, kwargs=kwargs)
    row.parameters, row.macs, row.unused = analysis.parameters, analysis.macs, analysis.unused_parameters
    row.problem = "; ".join(d.message for d in analysis.diagnostics if d.severity != "note" and d.code != "batched-experts") or ("" if analysis.complete else "incomplete")
    row.own_parameters = sum(parameter.numel() for parameter in module.parameters())
    # Some modules keep at their first forward what they computed, on the meta device: counted last.  Masks of language models ask for numbers,
    # which the counter needs a real device for.
    if kwargs and device == "meta":
        module = module.to_empty(device="cpu")
        for buffer in module.buffers():  # positions among them
            buffer.zero_()
        kwargs = {key: torch.zeros_like(value, device="cpu") for key, value in kwargs.items()}
    if hasattr(module, "set_experts_implementation"):  # products of groups are none that the counter knows
        module.set_experts_implementation("batched_mm")
    # Without gradients: the counter's hooks on them trip over modules that hand tuples on.
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        module.eval().requires_grad_(False)(*args, **kwargs)
    row.counted_macs = counter.get_total_flops() // 2
    return row


HEAD = (f"{'architecture':28} {'parameters':>12} {'torch':>12} {'unread':>9} {'MACs':>15} {'FlopCounter/2':>15} "
        f"{'GMACs':>7} {'timm':>7} {'M par.':>7} {'timm':>7}")


def line(row):
    published = f"{row.macs / 1e9:7.2f} {row.published[0]:7.2f} {row.parameters / 1e6:7.2f} {row.published[1]:7.2f}" if row.published else ""
    return (f"{row.name:28} {row.parameters:>12,} {row.own_parameters:>12,} {row.unused:>9,} {row.macs:>15,} {row.counted_macs:>15,} "
            f"{published} {row.problem}")
