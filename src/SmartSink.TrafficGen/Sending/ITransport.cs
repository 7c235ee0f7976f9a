namespace SmartSink.TrafficGen.Sending;

/// <summary>A way in which a run's messages go to the server.</summary>
internal interface ITransport : IDisposable
{
    /// <summary>Makes a worker's own end of it.</summary>
    /// <param name="run">The run.</param>
    /// <param name="worker">The worker's number, from 0 on.</param>
    IMessageSender CreateSender(TrafficContext run, int worker);
}
