using SmartSink.Listening;

namespace SmartSink.Tests.Listening;

public class ConnectionGateTests
{
    private ConnectionGate _gate;
    private int _inside;
    private int _worked;

    [Fact]
    public void A_signal_left_at_a_held_gate_is_the_holders()
    {
        _gate.Enter(GateSignals.Completed).ShouldBeTrue();
        _gate.Enter(GateSignals.Attention).ShouldBeFalse();
        _gate.Take().ShouldBe(GateSignals.Completed | GateSignals.Attention);
        _gate.Enter(GateSignals.Attention).ShouldBeFalse();
        _gate.TryLeave().ShouldBeFalse();
        _gate.Take().ShouldBe(GateSignals.Attention);
        _gate.TryLeave().ShouldBeTrue();
        _gate.IsFree.ShouldBeTrue();
    }

    [Fact]
    public void Of_many_threads_one_is_inside_and_no_signal_is_lost()
    {
        const int Rounds = 200_000;
        Parallel.For(0, Rounds, _ =>
        {
            if (!_gate.Enter(GateSignals.Completed))
            {
                return;
            }

            do
            {
                Interlocked.Increment(ref _inside).ShouldBe(1);
                if (_gate.Take() == GateSignals.Completed)
                {
                    _worked++;
                }

                Interlocked.Decrement(ref _inside);
            }
            while (!_gate.TryLeave());
        });

        _gate.IsFree.ShouldBeTrue();
        _worked.ShouldBeInRange(1, Rounds);
    }
}
