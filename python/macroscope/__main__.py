"""``python -m macroscope``: the program; and what the program itself hands back to Python, ``macroscope torch``."""
import os
import sys

from . import _program


def main() -> int:
    if sys.argv[1:2] == ["torch"]:
        from . import _torch_command

        return _torch_command.main(sys.argv[2:])
    program = _program.program()
    os.execv(program, [program, *sys.argv[1:]])


if __name__ == "__main__":
    sys.exit(main())
