"""operator_attributes.h is what generate_attributes.py writes from the schemas of the installed onnx package."""
import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))))
sys.exit(subprocess.call([sys.executable, os.path.join(ROOT, "frontends", "dsl", "layers", "generate_attributes.py"), "--check"]))
