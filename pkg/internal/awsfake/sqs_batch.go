package awsfake

import "time"

type deleteBatchIn struct {
	QueueURL string `json:"QueueUrl"`
	Entries  []struct {
		ID            string `json:"Id"`
		ReceiptHandle string
	}
}

type batchEntry struct {
	ID string `json:"Id"`
}

type failedEntry struct {
	ID          string `json:"Id"`
	Code        string
	Message     string
	SenderFault bool
}

type batchOut struct {
	Successful []batchEntry
	Failed     []failedEntry
}

func (f *Fake) deleteMessageBatch(c *call, in *deleteBatchIn) (*batchOut, error) {
	return f.batch(c, in.QueueURL, len(in.Entries), func(q *queue, i int) (string, *Error) {
		return in.Entries[i].ID, q.remove(in.Entries[i].ReceiptHandle, f.now())
	})
}

// batch does something to the n messages of a batch; each fails by itself.
func (f *Fake) batch(c *call, queueURL string, n int, do func(q *queue, i int) (id string, err *Error)) (*batchOut, error) {
	if err := batchSize(n); err != nil {
		return nil, err
	}
	f.queues.mu.Lock()
	defer f.queues.mu.Unlock()
	q, err := f.queues.find(c, queueURL)
	if err != nil {
		return nil, err
	}
	out := &batchOut{[]batchEntry{}, []failedEntry{}}
	for i := range n {
		if id, err := do(q, i); err != nil {
			out.Failed = append(out.Failed, failedEntry{id, err.Code, err.Message, true})
		} else {
			out.Successful = append(out.Successful, batchEntry{id})
		}
	}
	return out, nil
}

type visibilityBatchIn struct {
	QueueURL string `json:"QueueUrl"`
	Entries  []struct {
		ID                string `json:"Id"`
		ReceiptHandle     string
		VisibilityTimeout int
	}
}

func (f *Fake) changeMessageVisibilityBatch(c *call, in *visibilityBatchIn) (*batchOut, error) {
	return f.batch(c, in.QueueURL, len(in.Entries), func(q *queue, i int) (string, *Error) {
		e := in.Entries[i]
		return e.ID, q.hide(e.ReceiptHandle, f.now(), time.Duration(e.VisibilityTimeout)*time.Second)
	})
}

// batchSize refuses a batch of no or too many entries.
func batchSize(n int) error {
	switch {
	case n == 0:
		return &Error{Code: "EmptyBatchRequest", QueryCode: "AWS.SimpleQueueService.EmptyBatchRequest", Message: "There should be at least one entry in the request."}
	case n > 10:
		return &Error{Code: "TooManyEntriesInBatchRequest", QueryCode: "AWS.SimpleQueueService.TooManyEntriesInBatchRequest", Message: "Maximum number of entries per request are 10."}
	}
	return nil
}

type attributesOut struct{ Attributes map[string]string }
