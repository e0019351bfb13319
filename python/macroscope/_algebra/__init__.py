"""Exact formulas of open sizes, below the class Expression: polynomials, how they are read, evaluated, bounded and written."""
