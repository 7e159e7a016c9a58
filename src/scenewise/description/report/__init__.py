"""The report: one page that shows what was described, how, and how well."""

from scenewise.description.report.page import write_report

__all__ = ["write_report"]
