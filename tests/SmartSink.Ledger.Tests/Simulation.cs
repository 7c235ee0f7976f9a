using System.Globalization;
using System.Text;
using SmartSink.Ledger.Facts;
using SmartSink.Ledger.Report;
using SmartSink.Ledger.Rules;
using SmartSink.Smtp;
using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Server;

namespace SmartSink.Ledger.Tests;

/// <summary>A clock that jumps from one thing to the next, and what a sink would have told its ledger meanwhile. Its seconds are of the provider's time.</summary>
internal sealed class Simulation(double timeScale = 1)
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly PriorityQueue<Action, (double Time, long Order)> _next = new();
    private readonly LedgerSender _sender = new("192.0.2.1/32", string.Empty);
    private readonly SinkLedger _ledger = new(64 << 20);
    private long _order;
    private uint _connections;

    /// <summary>Seconds since the beginning.</summary>
    public double Now { get; private set; }

    /// <summary>Draws that are the same each time.</summary>
    public Random Random { get; } = new(1);

    public void At(double time, Action action) => _next.Enqueue(action, (Math.Max(time, Now), _order++));

    public void Run(double until)
    {
        while (_next.TryPeek(out _, out var due) && due.Time <= until)
        {
            var action = _next.Dequeue();
            Now = due.Time;
            action();
        }
        Now = until;
    }

    public uint NextConnection() => ++_connections;

    private long Milliseconds => (long)Math.Round(Now * 1_000 / timeScale);

    public void Tell(LedgerEvent what) => _ledger.Take([what with { At = Milliseconds, Sender = what.Kind == LedgerEventKind.DialogBegan ? _sender : null }]);

    /// <summary>What was seen, by a policy that has the same limits for all providers.</summary>
    public SenderHistory History(ProviderLimits? limits = null)
    {
        var history = _ledger.Read(new LedgerQuery(), Milliseconds).SingleOrDefault() ?? new SenderHistory { Sender = _sender, Since = 0, Until = Milliseconds };
        return history with { Policy = PolicyCourse.Of(timeScale, limits is null ? [] : history.Providers.Select(provider => KeyValuePair.Create(provider, limits))) };
    }

    public static RuleContext Context() => new(new RuleSettings(), moment => Start.AddMilliseconds(moment));

    /// <summary>What the rule of that name says of what has been seen.</summary>
    public Judgement Judge(string rule, ProviderLimits? limits = null) => SenderRules.Find(rule)!.Judge(History(limits), Context());

    /// <summary>A report on what has been seen.</summary>
    public SenderReport Report(ProviderLimits? limits = null) => ReportMaker.Make([History(limits)], Context(), Start, 0).Senders.Single();

    /// <summary><c>451 4.7.1 Come back later</c> → the reply.</summary>
    public static Reply Reply(string text)
    {
        var words = text.Split(' ', 3);
        var enhanced = words[1].Split('.');
        return new FixedReply(
            int.Parse(words[0], CultureInfo.InvariantCulture),
            new EnhancedStatusCode(byte.Parse(enhanced[0], CultureInfo.InvariantCulture), ushort.Parse(enhanced[1], CultureInfo.InvariantCulture), ushort.Parse(enhanced[2], CultureInfo.InvariantCulture)),
            Encoding.UTF8.GetBytes(words[2]));
    }
}

/// <summary>A provider by what it answers.</summary>
internal sealed class SimulatedProvider(string name)
{
    public string Name { get; } = name;

    /// <summary>The reply to a recipient: null accepts. Asked with the seconds since the beginning and how often the message came before.</summary>
    public Func<double, SimulatedMail, Reply?> Answer { get; set; } = (_, _) => null;

    /// <summary>The reply to a client that connects: null greets. Asked with the seconds since the beginning and how many connections are open with it.</summary>
    public Func<double, int, Reply?> Greet { get; set; } = (_, _) => null;

    public int Open { get; set; }
}

/// <summary>A message to one recipient.</summary>
internal sealed class SimulatedMail(SimulatedProvider provider, long number)
{
    public SimulatedProvider Provider { get; } = provider;

    public long Number { get; } = number;

    public int Tries { get; set; }

    public double Wait { get; set; }
}

/// <summary>How a sender goes about it. Seconds are of the provider's time.</summary>
internal sealed record SenderHabits
{
    /// <summary>As a careful MTA does.</summary>
    public static readonly SenderHabits Good = new();

    /// <summary>As none should.</summary>
    public static readonly SenderHabits Bad = new()
    {
        FirstWait = 1,
        Growth = 1,
        Jitter = 0,
        GivesUpAfter = 30,
        TriesAfter5xx = 3,
        Connections = 20,
        SlowsDown = false,
        Pause = 0.2,
        ReusesConnections = false,
        Quits = false,
        SpeaksBehind421 = 2,
        EmptyConnections = 3,
        HasOneQueue = true,
    };

    public double FirstWait { get; init; } = 300;

    public double Growth { get; init; } = 2;

    public double LongestWait { get; init; } = 14_400;

    /// <summary>Up to this share of a wait is added or taken.</summary>
    public double Jitter { get; init; } = 0.15;

    /// <summary>Tries of a message that is refused for now.</summary>
    public int GivesUpAfter { get; init; } = int.MaxValue;

    /// <summary>Further tries of a message that is refused for good.</summary>
    public int TriesAfter5xx { get; init; }

    /// <summary>The most at one provider.</summary>
    public int Connections { get; init; } = 5;

    /// <summary>Halves the connections to a provider that throttles or shuts it out, and waits <see cref="Pause"/>.</summary>
    public bool SlowsDown { get; init; } = true;

    /// <summary>How long a provider is left alone that shut it out.</summary>
    public double Pause { get; init; } = 90;

    public bool ReusesConnections { get; init; } = true;

    /// <summary>How long an idle connection is kept.</summary>
    public double Lingers { get; init; } = 2;

    public bool Quits { get; init; } = true;

    /// <summary>Commands behind a 421.</summary>
    public int SpeaksBehind421 { get; init; }

    /// <summary>Connections without a message, for each message.</summary>
    public int EmptyConnections { get; init; }

    /// <summary>A message that is deferred holds up all behind it.</summary>
    public bool HasOneQueue { get; init; }

    /// <summary>The number of its first message: of several senders in one simulation each needs numbers of its own.</summary>
    public long FirstNumber { get; init; }
}

/// <summary>A sender that lives in a <see cref="Simulation"/>.</summary>
internal sealed class SimulatedSender(Simulation simulation, SenderHabits habits)
{
    private const double RoundTrip = 0.05;

    private readonly Dictionary<SimulatedProvider, Destination> _destinations = [];
    private SimulatedMail? _head;
    private long _numbers = habits.FirstNumber;

    /// <summary>Messages come into the queue from a time on, one each so many seconds.</summary>
    public SimulatedSender Sends(SimulatedProvider provider, int messages, double from = 0, double every = 0)
    {
        for (var message = 0; message < messages; message++)
        {
            var mail = new SimulatedMail(provider, _numbers++);
            simulation.At(from + (message * every), () => Queue(mail));
        }
        return this;
    }

    private Destination At(SimulatedProvider provider)
    {
        if (!_destinations.TryGetValue(provider, out var destination))
        {
            _destinations[provider] = destination = new Destination(provider, habits.Connections);
        }
        return destination;
    }

    private void Queue(SimulatedMail mail)
    {
        var destination = At(mail.Provider);
        if (mail == _head)
        {
            destination.Due.Insert(0, mail);
        }
        else
        {
            destination.Due.Add(mail);
        }
        Pump(destination);
    }

    private void Pump(Destination destination)
    {
        while ((destination.Open < destination.Allowed || destination.Idle.Count > 0) && simulation.Now >= destination.PausedUntil && Next(destination) is { } mail)
        {
            if (destination.Idle.Count > 0)
            {
                var connection = destination.Idle[0];
                destination.Idle.RemoveAt(0);
                Deliver(destination, connection, mail);
            }
            else
            {
                Connect(destination, mail);
            }
        }
    }

    private void PumpAll()
    {
        foreach (var destination in _destinations.Values)
        {
            Pump(destination);
        }
    }

    private SimulatedMail? Next(Destination destination)
    {
        if (destination.Due.Count == 0 || (_head is not null && destination.Due[0] != _head))
        {
            return null;
        }
        var mail = destination.Due[0];
        destination.Due.RemoveAt(0);
        return mail;
    }

    private void Connect(Destination destination, SimulatedMail mail)
    {
        for (var empty = 0; empty < habits.EmptyConnections; empty++)
        {
            var passing = Begin(destination);
            Close(destination, passing, SessionEndReason.ClientClosed);
        }
        var connection = Begin(destination);
        var provider = destination.Provider;
        if (provider.Greet(simulation.Now, provider.Open) is { } reply)
        {
            destination.Most = habits.SlowsDown ? Math.Max(1, destination.Open - 1) : destination.Most;
            simulation.Tell(new LedgerEvent { Kind = LedgerEventKind.ClientRefused, At = 0, Connection = connection, Provider = provider.Name, Reply = reply, Stage = Stage.Connect });
            var wait = habits.SlowsDown ? Wait(mail) : habits.Pause;
            simulation.At(simulation.Now + wait, () => Queue(mail));
            simulation.At(simulation.Now + RoundTrip, () => Shut(destination, connection, reply));
            return;
        }
        simulation.At(simulation.Now + RoundTrip, () => Deliver(destination, connection, mail));
    }

    private uint Begin(Destination destination)
    {
        destination.Open++;
        destination.Provider.Open++;
        var connection = simulation.NextConnection();
        simulation.Tell(new LedgerEvent { Kind = LedgerEventKind.DialogBegan, At = 0, Connection = connection });
        return connection;
    }

    private void Deliver(Destination destination, uint connection, SimulatedMail mail)
    {
        var provider = destination.Provider;
        var reply = provider.Answer(simulation.Now, mail);
        mail.Tries++;
        var told = new LedgerEvent { Kind = LedgerEventKind.TransactionBegan, At = 0, Connection = connection, Run = new RunNumber("run", mail.Number) };
        simulation.Tell(told);
        told = told with { Mail = (ulong)mail.Number + 1, Provider = provider.Name };
        if (reply is null)
        {
            simulation.Tell(told with { Kind = LedgerEventKind.RecipientTaken });
            simulation.Tell(told with { Kind = LedgerEventKind.RecipientDecided, Stage = Stage.Data });
            simulation.Tell(told with { Kind = LedgerEventKind.MessageEnded, Message = (ulong)mail.Number + 1 });
            destination.Allowed = Math.Min(destination.Most, destination.Allowed + (mail.Number % 10 == 0 ? 1 : 0));
            Done(mail);
        }
        else
        {
            simulation.Tell(told with { Kind = LedgerEventKind.RecipientDecided, Stage = Stage.Rcpt, Outcome = reply.Outcome, Reply = reply });
            Requeue(mail, reply);
            if (reply.Label == ReplyLabel.RateLimit)
            {
                SlowDown(destination);
            }
        }
        if (reply?.Closes == true)
        {
            Shut(destination, connection, reply);
        }
        else
        {
            simulation.At(simulation.Now + RoundTrip, () => GoOn(destination, connection));
        }
    }

    private void Requeue(SimulatedMail mail, Reply reply)
    {
        var isFinal = reply.Outcome == Outcome.PermFail;
        if (mail.Tries >= (isFinal ? habits.TriesAfter5xx + 1 : habits.GivesUpAfter))
        {
            Done(mail);
            return;
        }
        _head = habits.HasOneQueue && !isFinal ? _head ?? mail : _head;
        simulation.At(simulation.Now + Wait(mail), () => Queue(mail));
    }

    private void Done(SimulatedMail mail)
    {
        if (_head == mail)
        {
            _head = null;
            simulation.At(simulation.Now, PumpAll);
        }
    }

    private double Wait(SimulatedMail mail)
    {
        mail.Wait = mail.Wait == 0 ? habits.FirstWait : Math.Min(mail.Wait * habits.Growth, habits.LongestWait);
        return mail.Wait * (1 + (habits.Jitter * ((2 * simulation.Random.NextDouble()) - 1)));
    }

    private void GoOn(Destination destination, uint connection)
    {
        var isWelcome = habits.ReusesConnections && simulation.Now >= destination.PausedUntil && destination.Open <= destination.Allowed;
        if (isWelcome && Next(destination) is { } mail)
        {
            Deliver(destination, connection, mail);
        }
        else if (isWelcome)
        {
            destination.Idle.Add(connection);
            var deliveries = ++destination.Deliveries;
            destination.Since[connection] = deliveries;
            simulation.At(simulation.Now + habits.Lingers, () =>
            {
                if (destination.Since[connection] == deliveries && destination.Idle.Remove(connection))
                {
                    End(destination, connection);
                }
            });
        }
        else
        {
            End(destination, connection);
        }
    }

    private void End(Destination destination, uint connection)
    {
        Close(destination, connection, habits.Quits ? SessionEndReason.Quit : SessionEndReason.ClientClosed);
        Pump(destination);
    }

    private void Shut(Destination destination, uint connection, Reply reply)
    {
        for (var command = 0; command < habits.SpeaksBehind421 && reply.Code == 421; command++)
        {
            simulation.Tell(new LedgerEvent { Kind = LedgerEventKind.SpokeBehind421, At = 0, Connection = connection });
        }
        Close(destination, connection, SessionEndReason.PolicyClosed);
        SlowDown(destination);
        Pump(destination);
    }

    private void SlowDown(Destination destination)
    {
        if (habits.SlowsDown && simulation.Now >= destination.PausedUntil)
        {
            destination.Allowed = Math.Max(1, destination.Allowed / 2);
            destination.PausedUntil = simulation.Now + habits.Pause;
            simulation.At(destination.PausedUntil, () => Pump(destination));
        }
    }

    private void Close(Destination destination, uint connection, SessionEndReason reason)
    {
        destination.Open--;
        destination.Provider.Open--;
        simulation.Tell(new LedgerEvent { Kind = LedgerEventKind.ConnectionClosed, At = 0, Connection = connection, Reason = reason });
    }

    private sealed class Destination(SimulatedProvider provider, int allowed)
    {
        public SimulatedProvider Provider { get; } = provider;

        public List<SimulatedMail> Due { get; } = [];

        public int Allowed { get; set; } = allowed;

        public int Most { get; set; } = allowed;

        public int Open { get; set; }

        /// <summary>Connections that wait for a message, and when each began to, as a count.</summary>
        public List<uint> Idle { get; } = [];

        public Dictionary<uint, int> Since { get; } = [];

        public int Deliveries { get; set; }

        public double PausedUntil { get; set; }
    }
}
