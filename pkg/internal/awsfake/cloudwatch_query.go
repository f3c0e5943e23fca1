package awsfake

// query evaluates one query, once.
func (e *evaluation) query(id string) ([]*series, error) {
	if s, ok := e.done[id]; ok {
		return s, nil
	}
	q := e.queries[id]
	if q == nil {
		return nil, errUnknownID(id)
	}
	if e.busy[id] {
		return nil, errCircle(id)
	}
	e.busy[id] = true
	defer delete(e.busy, id)
	account := q.AccountID
	if account == "" {
		account = e.c.account
	}
	var found []*series
	var err error
	switch {
	case !linked(e.c.account, account):
		e.denied[id] = true
	case q.MetricStat != nil:
		found, err = e.stat(account, q.MetricStat)
	case isSQL(q.Expression):
		found, err = e.sql(account, q)
	default:
		found, err = e.math(q)
	}
	if err != nil {
		return nil, err
	}
	e.done[id] = found
	return found, nil
}

// stat reads one metric; one that does not exist is an empty series.
func (e *evaluation) stat(account string, q *metricStat) ([]*series, error) {
	st, err := parseStatistic(q.Stat)
	if err != nil {
		return nil, err
	}
	if err := checkPeriod(q.Period); err != nil {
		return nil, err
	}
	e.billed++
	m := e.f.world.realm(account, e.c.region).find(q.Metric.Namespace, q.Metric.MetricName, q.Metric.Dimensions)
	if m == nil {
		return []*series{{label: q.Metric.MetricName, period: q.Period, points: map[int64]float64{}}}, nil
	}
	return []*series{e.read(m, st, q.Stat, q.Period)}, nil
}

// read evaluates a metric over the call's range.
func (e *evaluation) read(m *metric, st statistic, name string, period int64) *series {
	s := &series{label: m.name, period: period, points: map[int64]float64{}, metric: m, stat: name}
	now := e.now.Unix()
	oldest := now - int64(keptFor(period).Seconds())
	first := max(e.from, oldest)
	for t := first - first%period; t < e.to && t < now; t += period {
		if v, ok := m.value(t, period, st, func(x int64) bool { return e.f.arrival(m, x) <= now }); ok {
			s.points[t] = v
		}
	}
	return s
}
