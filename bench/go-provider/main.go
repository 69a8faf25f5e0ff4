// Command go-provider is what the bench measures byok's provider beside: a provider on HashiCorp's plugin framework,
// whose one resource has the attributes of byok_imported_key_material and calls nothing.
package main

import (
	"context"
	"log"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/boolplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

func main() {
	serving := providerserver.ServeOpts{Address: "registry.terraform.io/byok/go"}
	if err := providerserver.Serve(context.Background(), func() provider.Provider { return goProvider{} }, serving); err != nil {
		log.Fatal(err)
	}
}

type goProvider struct{}

func (goProvider) Metadata(_ context.Context, _ provider.MetadataRequest, response *provider.MetadataResponse) {
	response.TypeName = "byok"
}

func (goProvider) Schema(context.Context, provider.SchemaRequest, *provider.SchemaResponse) {}

func (goProvider) Configure(context.Context, provider.ConfigureRequest, *provider.ConfigureResponse) {
}

func (goProvider) DataSources(context.Context) []func() datasource.DataSource { return nil }

func (goProvider) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{func() resource.Resource { return material{} }}
}

type material struct{}

type timeouts struct {
	Create types.String `tfsdk:"create"`
	Read   types.String `tfsdk:"read"`
	Update types.String `tfsdk:"update"`
	Delete types.String `tfsdk:"delete"`
}

type model struct {
	KeyArn              types.String `tfsdk:"key_arn"`
	KeyMaterial         types.String `tfsdk:"key_material_wo"`
	KeyMaterialSource   types.String `tfsdk:"key_material_source"`
	Fingerprint         types.String `tfsdk:"fingerprint"`
	ValidTo             types.String `tfsdk:"valid_to"`
	ValidFor            types.String `tfsdk:"valid_for"`
	RenewBefore         types.String `tfsdk:"renew_before"`
	WrappingAlgorithm   types.String `tfsdk:"wrapping_algorithm"`
	WrappingKeySpec     types.String `tfsdk:"wrapping_key_spec"`
	MaterialDescription types.String `tfsdk:"material_description"`
	OnDeletion          types.String `tfsdk:"on_deletion"`
	DeletionPolicy      types.String `tfsdk:"deletion_policy"`
	AllowInterruption   types.Bool   `tfsdk:"allow_interruption"`
	ID                  types.String `tfsdk:"id"`
	KeyMaterialID       types.String `tfsdk:"key_material_id"`
	Verified            types.Bool   `tfsdk:"verified"`
	MaterialState       types.String `tfsdk:"material_state"`
	KeyState            types.String `tfsdk:"key_state"`
	ExpirationModel     types.String `tfsdk:"expiration_model"`
	ImportedAt          types.String `tfsdk:"imported_at"`
	RenewalTime         types.String `tfsdk:"renewal_time"`
	ReadyForRenewal     types.Bool   `tfsdk:"ready_for_renewal"`
	Reason              types.String `tfsdk:"reason"`
	Timeouts            *timeouts    `tfsdk:"timeouts"`
}

func (material) Metadata(_ context.Context, _ resource.MetadataRequest, response *resource.MetadataResponse) {
	response.TypeName = "byok_imported_key_material"
}

func (material) Schema(_ context.Context, _ resource.SchemaRequest, response *resource.SchemaResponse) {
	kept := []planmodifier.String{stringplanmodifier.UseStateForUnknown()}
	keptBool := []planmodifier.Bool{boolplanmodifier.UseStateForUnknown()}
	text := schema.StringAttribute{Optional: true}
	writeOnly := schema.StringAttribute{Optional: true, WriteOnly: true}
	result := schema.StringAttribute{Computed: true, PlanModifiers: kept}
	either := schema.StringAttribute{Optional: true, Computed: true, PlanModifiers: kept}
	verdict := schema.BoolAttribute{Computed: true, PlanModifiers: keptBool}
	response.Schema = schema.Schema{
		Attributes: map[string]schema.Attribute{
			"key_arn":              schema.StringAttribute{Required: true},
			"key_material_wo":      writeOnly,
			"key_material_source":  writeOnly,
			"fingerprint":          either,
			"valid_to":             either,
			"valid_for":            text,
			"renew_before":         text,
			"wrapping_algorithm":   text,
			"wrapping_key_spec":    text,
			"material_description": text,
			"on_deletion":          schema.StringAttribute{Optional: true, Computed: true, Default: stringdefault.StaticString("reimport")},
			"deletion_policy":      schema.StringAttribute{Optional: true, Computed: true, Default: stringdefault.StaticString("retain")},
			"allow_interruption":   schema.BoolAttribute{Optional: true, Computed: true, Default: booldefault.StaticBool(true)},
			"id":                   result,
			"key_material_id":      result,
			"verified":             verdict,
			"material_state":       result,
			"key_state":            result,
			"expiration_model":     result,
			"imported_at":          result,
			"renewal_time":         result,
			"ready_for_renewal":    verdict,
			"reason":               result,
		},
		Blocks: map[string]schema.Block{
			"timeouts": schema.SingleNestedBlock{Attributes: map[string]schema.Attribute{
				"create": text, "read": text, "update": text, "delete": text,
			}},
		},
	}
}

func (material) Create(ctx context.Context, request resource.CreateRequest, response *resource.CreateResponse) {
	var planned model
	response.Diagnostics.Append(request.Plan.Get(ctx, &planned)...)
	if response.Diagnostics.HasError() {
		return
	}
	planned.ID = planned.KeyArn
	planned.Fingerprint = types.StringValue("cmac:00000000000000000000000000000000")
	planned.ValidTo = types.StringNull()
	planned.KeyMaterialID = types.StringValue("0000000000000000000000000000000000000000000000000000000000000000")
	planned.Verified = types.BoolValue(true)
	planned.MaterialState = types.StringValue("imported")
	planned.KeyState = types.StringValue("Enabled")
	planned.ExpirationModel = types.StringValue("KEY_MATERIAL_DOES_NOT_EXPIRE")
	planned.ImportedAt = types.StringValue("2030-01-01T00:00:00Z")
	planned.RenewalTime = types.StringNull()
	planned.ReadyForRenewal = types.BoolValue(false)
	planned.Reason = types.StringNull()
	response.Diagnostics.Append(response.State.Set(ctx, &planned)...)
}

func (material) Read(ctx context.Context, request resource.ReadRequest, response *resource.ReadResponse) {
	var state model
	response.Diagnostics.Append(request.State.Get(ctx, &state)...)
	if response.Diagnostics.HasError() {
		return
	}
	response.Diagnostics.Append(response.State.Set(ctx, &state)...)
}

func (material) Update(ctx context.Context, request resource.UpdateRequest, response *resource.UpdateResponse) {
	var planned model
	response.Diagnostics.Append(request.Plan.Get(ctx, &planned)...)
	response.Diagnostics.Append(response.State.Set(ctx, &planned)...)
}

func (material) Delete(context.Context, resource.DeleteRequest, *resource.DeleteResponse) {}
