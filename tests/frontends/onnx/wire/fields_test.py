"""onnx_fields.h is what generate_fields.py writes from the schema of the installed onnx package."""
import os
import subprocess
import sys

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "..")
sys.exit(subprocess.call([sys.executable, os.path.join(ROOT, "frontends", "onnx", "wire", "generate_fields.py"), "--check"]))
