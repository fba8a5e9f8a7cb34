"""``check_grads``: one function at one point, its derivatives against numeric ones."""
