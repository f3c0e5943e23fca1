package query

import "context"

// Pages reads a list of AWS page by page, from its beginning (a nil token) to its
// end, or until most items are there; more tells that it has not ended then.
func Pages[T any](ctx context.Context, most int, page func(ctx context.Context, token *string) (items []T, next *string, err error)) (all []T, more bool, err error) {
	for token := (*string)(nil); ; {
		items, next, err := page(ctx, token)
		if err != nil {
			return nil, false, err
		}
		all = append(all, items...)
		if next == nil || *next == "" {
			return all, false, nil
		}
		if len(all) >= most {
			return all, true, nil
		}
		token = next
	}
}
