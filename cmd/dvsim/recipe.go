package main

import (
	"strings"

	"github.com/spf13/pflag"

	"dvsim/network"
)

// recipe is a set of flags that is known to work.
type recipe struct {
	name, doc string
	flags     map[string]string
}

// recipes were found by training and judging on parts of the training data alone;
// docs/tutorial/training.md says how.
var recipes = []recipe{
	{"nmnist-best", "real N-MNIST: digits, trained on strokes, goes on with it", map[string]string{
		"net": "digits", "epochs": "30", "augment": "shift=1", "schedule": "cosine",
	}},
}

func recipeList() string {
	var names []string
	for _, r := range recipes {
		names = append(names, r.name+" ("+r.doc+")")
	}
	return strings.Join(names, ", ")
}

// cook puts the flags of the recipe in the place of those that were not given.
func (f *trainFlags) cook(flags *pflag.FlagSet) error {
	if f.recipe == "" {
		return nil
	}
	var names []string
	for _, r := range recipes {
		if r.name != f.recipe {
			names = append(names, r.name)
			continue
		}
		for name, value := range r.flags {
			if name == "bins" && flags.Changed("dt") || flags.Changed(name) {
				continue
			}
			if err := flags.Set(name, value); err != nil {
				return err
			}
		}
		return nil
	}
	return usagef("--recipe %q: %s", f.recipe, network.Suggest(f.recipe, names))
}
