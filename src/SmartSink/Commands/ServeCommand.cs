using SmartSink.Hosting;
using SmartSink.Http;
using SmartSink.Settings;

namespace SmartSink.Commands;

/// <summary><c>smartsink</c>: serves until told to stop.</summary>
internal static class ServeCommand
{
    /// <summary>Returns when the sink has stopped.</summary>
    /// <exception cref="StartException">It could not start.</exception>
    public static async Task<int> RunAsync(SettingsResult settings)
    {
        await using var sink = await SinkApplication.StartAsync(settings.Settings!, settings.Files, settings.Warnings, TimeProvider.System);
        await sink.WaitForShutdownAsync();
        return sink.State.Phase == SinkPhase.Failed ? ExitCodes.Failure : ExitCodes.Success;
    }
}
