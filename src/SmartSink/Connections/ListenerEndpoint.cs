using System.Net;
using SmartSink.Settings;

namespace SmartSink.Connections;

/// <summary>A listener that has its socket.</summary>
/// <param name="Settings">What it is.</param>
/// <param name="EndPoint">Where it listens, with the port that was found when 0 was asked for.</param>
internal sealed record ListenerEndpoint(ListenerSettings Settings, IPEndPoint EndPoint);
