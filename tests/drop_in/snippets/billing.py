"""Seats, card and invoices."""

import os

from memsy import BillingNotEnabledError, BillingSummary, Invoice, MemsyControlClient

with MemsyControlClient(os.environ["MEMSY_CONTROL_URL"], os.environ["MEMSY_API_KEY"]) as control:
    try:
        summary = control.billing.summary()
        invoices = control.billing.invoices()
    except BillingNotEnabledError as error:
        print("no billing; ask at", error.interest_path)
        raise

assert isinstance(summary, BillingSummary)
assert summary.available_seats == summary.purchased_seats - summary.assigned_seats
if summary.payment_method:
    print(summary.payment_method.brand, summary.payment_method.last4)
if summary.upcoming_invoice:
    print(summary.upcoming_invoice.amount_due, summary.upcoming_invoice.currency)
assert isinstance(invoices, list)
assert all(isinstance(invoice, Invoice) for invoice in invoices)
