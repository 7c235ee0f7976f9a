using SmartSink.Watching;

namespace SmartSink.Tls;

/// <summary>A certificate that was given cannot be used. The message is one line for the operator and names the setting and the file.</summary>
internal sealed class CertificateException(string message, Exception? cause = null) : FilesRejectedException([message], cause);
