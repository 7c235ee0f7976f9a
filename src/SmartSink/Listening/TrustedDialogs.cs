using SmartSink.Configuration.Values;
using SmartSink.Smtp.Server;

namespace SmartSink.Listening;

/// <summary>Clients that are believed when they say for whom they speak.</summary>
/// <param name="Networks">Where they are.</param>
/// <param name="SessionOptions">Names and limits of their dialogs.</param>
internal sealed record TrustedDialogs(NetworkList Networks, SmtpSessionOptions SessionOptions);
