"""What happens: each flow loads, asks the rules, writes in one transaction, and rings the bell."""
