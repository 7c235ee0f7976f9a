namespace SmartSink.PeerBenchmarks.Generating;

/// <summary>A program that loads a sink over connections that it keeps.</summary>
internal interface ILoadGenerator
{
    /// <summary>Its name in tables.</summary>
    string Name { get; }

    /// <summary>The program, and the arguments with which it sends a load to 127.0.0.1 and ends.</summary>
    IReadOnlyList<string> Command(int port, GeneratorLoad load);
}
