namespace SmartSink.Behaviour.Tests.ClosedLoop;

/// <summary>How fast somebody sends, and what he makes of the answers.</summary>
internal abstract class SimulatedSender
{
    /// <summary>Messages an hour, from now on.</summary>
    public double Rate { get; protected set; }

    /// <summary>A minute of the day begins.</summary>
    public abstract void Begin(int minute);

    /// <summary>What became of a message.</summary>
    public virtual void Answered(bool isAccepted)
    {
    }
}

/// <summary>
/// Halves its rate when a message is refused and sends nothing for the rest of that minute; after a minute in which all that it might send was
/// accepted, it sends <paramref name="step"/> a minute more. What is refused goes back into its queue.
/// </summary>
/// <param name="seed">For the mail that comes into its queue: by day more than the limit, by night less.</param>
/// <param name="step">Messages a minute.</param>
internal sealed class CautiousSender(int seed, double step) : SimulatedSender
{
    private readonly Random _random = new(seed);
    private double _allowed = 30;
    private double _waiting;
    private bool _wasRefused;
    private bool _isHeldBack;

    /// <summary>Messages that came into the queue.</summary>
    public double Mail { get; private set; }

    /// <summary>Messages that are still in it.</summary>
    public double Waiting => _waiting;

    public override void Begin(int minute)
    {
        if (_wasRefused)
        {
            _allowed = Math.Max(1, _allowed / 2);
        }
        else if (_isHeldBack)
        {
            _allowed += step;
        }

        // Most at noon.
        var mean = 75 - (60 * Math.Cos(2 * Math.PI * minute / SimulatedDay.Minutes));
        var more = Math.Round(mean * (0.8 + (0.4 * _random.NextDouble())));
        Mail += more;
        _waiting += more;
        _wasRefused = false;
        _isHeldBack = _waiting > _allowed;
        Rate = 60 * Math.Min(_waiting, _allowed);
    }

    public override void Answered(bool isAccepted)
    {
        if (isAccepted)
        {
            _waiting--;
        }
        else
        {
            _wasRefused = true;
            Rate = 0;
        }
    }
}

/// <summary>Sends at a rate that the hour of the day alone decides, whatever it is answered.</summary>
/// <param name="rate">Messages an hour, for an hour from 0 to 23.</param>
internal sealed class DeafSender(Func<int, double> rate) : SimulatedSender
{
    public override void Begin(int minute) => Rate = rate(minute / 60);
}
