using SmartSink.Settings;
using SmartSink.Smtp.Server;

namespace SmartSink.Connections;

/// <summary>Clients that are believed when they say for whom they speak.</summary>
/// <param name="Networks">Where they are.</param>
/// <param name="SessionOptions">Names and limits of their dialogs.</param>
internal sealed record TrustedSessions(NetworkList Networks, SmtpSessionOptions SessionOptions);
