package text

import (
	"fmt"
	"strconv"
	"time"
)

// justNow is the age below which seconds are noise.
const justNow = 5 * time.Second

// Duration writes a duration in its two largest units, days to seconds:
// "2 h 5 min", "2時間5分". A negative one is written as its size.
func (l Lang) Duration(d time.Duration) string {
	d = d.Abs()
	days, hours := int(d/(24*time.Hour)), int(d/time.Hour)%24
	minutes, seconds := int(d/time.Minute)%60, int(d/time.Second)%60
	unit := [...]both{{"%d d", "%d日"}, {"%d h", "%d時間"}, {"%d min", "%d分"}, {"%d s", "%d秒"}}
	write := func(large, n, small, m int) string {
		text := fmt.Sprintf(unit[large][l.index], n)
		if m == 0 {
			return text
		}
		return text + both{" ", ""}[l.index] + fmt.Sprintf(unit[small][l.index], m)
	}
	switch {
	case days > 0:
		return write(0, days, 1, hours)
	case hours > 0:
		return write(1, hours, 2, minutes)
	case minutes >= 10:
		return write(2, minutes, 3, 0)
	case minutes > 0:
		return write(2, minutes, 3, seconds)
	default:
		return write(3, seconds, 3, 0)
	}
}

// Ago writes how long before now something was, in its largest unit: "3 min
// ago", "3分前"; what lies ahead is "in 3 min", "3分後".
func (l Lang) Ago(t, now time.Time) string {
	d := now.Sub(t)
	size := d.Abs()
	switch {
	case size < justNow:
		return both{"just now", "たった今"}[l.index]
	case size >= 24*time.Hour:
		size = size.Truncate(24 * time.Hour)
	case size >= time.Hour:
		size = size.Truncate(time.Hour)
	case size >= time.Minute:
		size = size.Truncate(time.Minute)
	}
	if d < 0 {
		return fmt.Sprintf(both{"in %s", "%s後"}[l.index], l.Duration(size))
	}
	return fmt.Sprintf(both{"%s ago", "%s前"}[l.index], l.Duration(size))
}

// Clock writes when something was as short as it can be understood at now:
// the time alone on the same day, else with the day, else with the year. Both
// are read in now's zone.
func (l Lang) Clock(t, now time.Time) string {
	t = t.In(now.Location())
	switch {
	case t.Year() != now.Year():
		return t.Format("2006-01-02 15:04")
	case t.YearDay() != now.YearDay():
		return t.Format(both{"2 Jan 15:04", "1月2日 15:04"}[l.index])
	}
	return t.Format("15:04:05")
}

// Full writes a time with its date and zone, read in now's zone.
func (l Lang) Full(t, now time.Time) string {
	return t.In(now.Location()).Format("2006-01-02 15:04:05 MST")
}

// Number writes a count with its thousands apart: 12,345.
func (l Lang) Number(n int) string {
	digits := strconv.Itoa(n)
	sign := ""
	if n < 0 {
		sign, digits = "-", digits[1:]
	}
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return sign + digits
}
