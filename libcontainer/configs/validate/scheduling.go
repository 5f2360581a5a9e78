package validate

import (
	"errors"
	"fmt"

	"runc/libcontainer/configs"
)

// Scheduling policies (linux/sched.h).
const (
	schedOther    = 0
	schedFIFO     = 1
	schedRR       = 2
	schedBatch    = 3
	schedDeadline = 6
)

// scheduler checks the combinations of sched_setattr(2).
func scheduler(p *configs.Process) error {
	s := p.Scheduler
	if s == nil {
		return nil
	}
	realtime := s.Policy == schedFIFO || s.Policy == schedRR
	switch {
	case (s.Policy == schedOther || s.Policy == schedBatch) && (s.Nice < -20 || s.Nice > 19):
		return fmt.Errorf("process.scheduler.nice: %d is not from -20 to 19", s.Nice)
	case !realtime && s.Priority != 0:
		return errors.New("process.scheduler.priority: can only be specified for SCHED_FIFO or SCHED_RR")
	case realtime && (s.Priority < 1 || s.Priority > 99):
		return fmt.Errorf("process.scheduler.priority: %d is not from 1 to 99, as SCHED_FIFO and SCHED_RR need", s.Priority)
	case s.Policy != schedDeadline && (s.Runtime != 0 || s.Deadline != 0 || s.Period != 0):
		return errors.New("process.scheduler: runtime, deadline and period can only be specified for SCHED_DEADLINE")
	case s.Policy == schedDeadline && (s.Runtime > s.Deadline || s.Period != 0 && s.Deadline > s.Period):
		return errors.New("process.scheduler: SCHED_DEADLINE needs runtime <= deadline <= period")
	}
	return nil
}

func ioPriority(p *configs.Process) error {
	if p.IOPriority != nil && (p.IOPriority.Priority < 0 || p.IOPriority.Priority > 7) {
		return fmt.Errorf("process.ioPriority.priority: %d is not from 0 (highest) to 7", p.IOPriority.Priority)
	}
	return nil
}
