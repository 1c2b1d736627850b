set(tree "it's a \"tree\" — naïve, 日本語 \$HOME (1) [2] & 100%")
