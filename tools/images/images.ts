/** What is built, and the parameter of the deployment that names it. */
export interface Image {
  readonly name: string;
  /** In ECR, as infra/images.yml creates it. */
  readonly repository: string;
  readonly dockerfile: string;
  readonly parameter: string;
}

export const IMAGES: readonly Image[] = [
  {
    name: 'invoice',
    repository: 'shop/invoice',
    dockerfile: 'services/events/invoice.Dockerfile',
    parameter: 'invoiceImageUri',
  },
  {
    name: 'reports',
    repository: 'shop/reports',
    dockerfile: 'services/reports/Dockerfile',
    parameter: 'reportsImageUri',
  },
];
