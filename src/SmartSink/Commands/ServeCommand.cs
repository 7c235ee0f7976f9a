using SmartSink.Hosting;
using SmartSink.Http;
using SmartSink.Settings;
using SmartSink.Shared;

namespace SmartSink.Commands;

/// <summary><c>smartsink</c>: serves until told to stop.</summary>
internal static class ServeCommand
{
    /// <summary>Returns when the sink has stopped.</summary>
    /// <exception cref="StartException">It could not start.</exception>
    public static async Task<int> RunAsync(SettingsResult settings)
    {
        RefuseTooFewDescriptors();
        using var signals = new ProcessSignals(TimeProvider.System);
        await using var sink = await SinkApplication.StartAsync(settings.Settings!, settings.Files, settings.Warnings, TimeProvider.System);
        signals.Attach(sink);

        // What the start left behind, of a large policy above all: mail allocates so little that no collection would come to give it back.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        await sink.WaitForShutdownAsync();
        return sink.State.Phase == SinkPhase.Failed ? ExitCodes.Failure : ExitCodes.Success;
    }

    // Before anything else: without a descriptor for itself the runtime ends the process, and says nothing that a user understands.
    private static void RefuseTooFewDescriptors()
    {
        var limit = DescriptorLimit.Read();
        if (limit < DescriptorLimit.Least)
        {
            throw new StartException(ExitCodes.Usage, [$"The limit of {limit} open files is too low: at least {DescriptorLimit.Least} are needed; raise it (ulimit -n)"]);
        }
    }
}
