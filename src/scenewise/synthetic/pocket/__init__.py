"""The pocket models: small, in the classes and files of the real ones, trained on the drawn
world. `recipe.make` trains them all."""
